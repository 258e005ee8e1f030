-- The current geotags in a box of coordinate keys.
SELECT g.id, g.province, g.item_id, g.revision, g.household_key, g.building_no, g.assigned_area, g.enumerator_id,
    g.lon_text, g.lat_text, g.typed, g.accuracy_m, g.datum_epsg, g.captured_at, g.details, g.key_id, g.lon_key, g.lat_key
FROM geotags AS g
WHERE g.campaign_id = :campaign_id AND g.is_current
    AND g.lon_key BETWEEN CAST(:west AS bigint) AND CAST(:east AS bigint)
    AND g.lat_key BETWEEN CAST(:south AS bigint) AND CAST(:north AS bigint)
ORDER BY g.id
