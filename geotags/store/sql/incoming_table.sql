-- Each row carries the identity that it gets if the ledger takes it.
CREATE TEMPORARY TABLE incoming (
    row_no int, item_id text, revision int, body_sha256 bytea, province text,
    household_key text, building_no text, assigned_area text, lon_text text, lat_text text, typed boolean,
    lon double precision, lat double precision, accuracy_m double precision, datum_epsg int,
    captured_at timestamptz, enumerator_id text, lon_key bigint, lat_key bigint,
    details text,
    geotag_id bigint DEFAULT nextval('geotag_ids')
) ON COMMIT DROP
