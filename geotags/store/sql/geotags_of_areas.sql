-- The current geotags of some groups, one more of each than may be judged at once.
SELECT k.key AS group_key, g.id, g.province, g.item_id, g.revision, g.household_key, g.building_no, g.assigned_area, g.enumerator_id,
    g.lon_text, g.lat_text, g.typed, g.accuracy_m, g.datum_epsg, g.captured_at, g.details, g.key_id, g.lon_key
FROM unnest(CAST(:keys AS text[])) AS k (key)
CROSS JOIN LATERAL (
    SELECT *
    FROM geotags AS own
    WHERE own.campaign_id = :campaign_id AND own.is_current AND own.assigned_area = k.key
    ORDER BY own.id
    LIMIT CAST(:most AS bigint) + 1
) AS g
ORDER BY g.id
