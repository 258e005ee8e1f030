-- The current geotags in some boxes of coordinate keys; one that is in several comes once for each.
SELECT g.id, g.province, g.item_id, g.revision, g.household_key, g.building_no, g.assigned_area, g.enumerator_id,
    g.lon_text, g.lat_text, g.typed, g.accuracy_m, g.datum_epsg, g.captured_at, g.details, g.key_id
FROM unnest(
    CAST(:west AS bigint[]), CAST(:south AS bigint[]), CAST(:east AS bigint[]), CAST(:north AS bigint[])
) AS b (west, south, east, north)
CROSS JOIN LATERAL (
    SELECT *
    FROM geotags AS own
    WHERE own.campaign_id = :campaign_id AND own.is_current
        AND own.lon_key BETWEEN b.west AND b.east AND own.lat_key BETWEEN b.south AND b.north
) AS g
ORDER BY g.id
