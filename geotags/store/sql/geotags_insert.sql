INSERT INTO geotags (
    province, id, campaign_id, item_id, revision, is_current, household_key, building_no, assigned_area,
    lon_text, lat_text, typed, lon, lat, accuracy_m, datum_epsg, captured_at, enumerator_id, lon_key, lat_key,
    cell, details, key_id
)
SELECT
    i.province, l.geotag_id, l.campaign_id, i.item_id, i.revision,
    NOT EXISTS (
        SELECT FROM geotag_ledger newer
        WHERE newer.campaign_id = l.campaign_id AND newer.item_id = l.item_id AND newer.revision > l.revision
    ),
    i.household_key, i.building_no, i.assigned_area, i.lon_text, i.lat_text, i.typed, i.lon, i.lat,
    i.accuracy_m, i.datum_epsg, i.captured_at, i.enumerator_id, i.lon_key, i.lat_key,
    i.cell, CAST(i.details AS jsonb), CAST(:key_id AS int)
FROM incoming i
JOIN geotag_ledger l
    ON l.campaign_id = :campaign_id AND l.item_id = i.item_id AND l.revision = i.revision
    AND l.geotag_id = i.geotag_id
RETURNING id, is_current
