-- Made once per connection and empty after each transaction, which stores one batch. Each row carries the
-- identity that it gets if the ledger takes it.
CREATE TEMPORARY TABLE IF NOT EXISTS incoming (
    row_no int, item_id text, revision int, body_sha256 bytea, province text,
    household_key text, building_no text, assigned_area text, lon_text text, lat_text text, typed boolean,
    lon double precision, lat double precision, accuracy_m double precision, datum_epsg int,
    captured_at timestamptz, enumerator_id text, lon_key bigint, lat_key bigint, cell bigint,
    details text,
    geotag_id bigint DEFAULT nextval('geotag_ids')
) ON COMMIT DELETE ROWS;
GRANT SELECT, DELETE ON incoming TO patok_checker
