-- The current geotags at some places (coordinate keys), one more of each than may be judged at once.
SELECT k.lon_key || ' ' || k.lat_key AS group_key, g.id, g.province, g.item_id, g.revision, g.household_key, g.building_no, g.assigned_area, g.enumerator_id,
    g.lon_text, g.lat_text, g.typed, g.accuracy_m, g.datum_epsg, g.captured_at, g.details, g.key_id
FROM unnest(CAST(:lon_keys AS bigint[]), CAST(:lat_keys AS bigint[])) AS k (lon_key, lat_key)
CROSS JOIN LATERAL (
    SELECT *
    FROM geotags AS own
    WHERE own.campaign_id = :campaign_id AND own.is_current
        AND own.lon_key = k.lon_key AND own.lat_key = k.lat_key
    ORDER BY own.id
    LIMIT CAST(:most AS bigint) + 1
) AS g
ORDER BY g.id
