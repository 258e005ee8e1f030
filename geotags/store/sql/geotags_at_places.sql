-- The current geotags at the places where a check of duplicates has something to say: several geotags
-- there now, a cluster from before, or one that another has left, so that what was said of them
-- together no longer holds.
WITH places AS MATERIALIZED (
    SELECT p.lon_key, p.lat_key, p.cluster_key, p.has_left
    FROM unnest(
        CAST(:lon_keys AS bigint[]), CAST(:lat_keys AS bigint[]), CAST(:cluster_keys AS text[]),
        CAST(:have_left AS boolean[])
    ) AS p (lon_key, lat_key, cluster_key, has_left)
),
place AS (
    SELECT p.lon_key, p.lat_key
    FROM places p
    LEFT JOIN clusters c
        ON c.campaign_id = :campaign_id AND c.check_code = :check_code AND c.cluster_key = p.cluster_key
    WHERE p.has_left OR c.id IS NOT NULL
    UNION
    SELECT p.lon_key, p.lat_key
    FROM places p
    JOIN geotags g USING (lon_key, lat_key)
    WHERE g.campaign_id = :campaign_id AND g.is_current
    GROUP BY p.lon_key, p.lat_key
    HAVING count(*) > 1
)
SELECT g.id, g.province, g.item_id, g.revision, g.household_key, g.building_no, g.assigned_area, g.enumerator_id,
    g.lon_text, g.lat_text, g.typed, g.accuracy_m, g.datum_epsg, g.captured_at, g.details, g.key_id
FROM geotags g
JOIN place USING (lon_key, lat_key)
WHERE g.campaign_id = :campaign_id AND g.is_current
ORDER BY g.id
