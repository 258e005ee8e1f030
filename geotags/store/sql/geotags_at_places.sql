-- The current geotags at the places where a check of duplicates has something to say: several geotags
-- there now, or one that another has left, so that what was said of them together no longer holds.
WITH place AS (
    SELECT p.lon_key, p.lat_key
    FROM unnest(
            CAST(:lon_keys AS bigint[]), CAST(:lat_keys AS bigint[]),
            CAST(:cluster_keys AS text[]), CAST(:left AS boolean[])
        ) AS p (lon_key, lat_key, cluster_key, has_left)
    WHERE p.has_left
        OR EXISTS (
            SELECT FROM clusters c
            WHERE c.campaign_id = :campaign_id AND c.check_code = :check_code AND c.cluster_key = p.cluster_key
        )
        OR (
            SELECT count(*) FROM (
                SELECT FROM geotags g
                WHERE g.campaign_id = :campaign_id AND g.lon_key = p.lon_key AND g.lat_key = p.lat_key AND g.is_current
                LIMIT 2
            ) AS two
        ) = 2
)
SELECT g.id, g.province, g.item_id, g.revision, g.household_key, g.building_no, g.assigned_area, g.enumerator_id,
    g.lon_text, g.lat_text, g.typed, g.accuracy_m, g.datum_epsg, g.captured_at
FROM geotags g
JOIN place USING (lon_key, lat_key)
WHERE g.campaign_id = :campaign_id AND g.is_current
ORDER BY g.id
