-- A cluster is there as long as a finding of a current geotag names it: of those that lost a finding, and those
-- of geotags that were replaced.
DELETE FROM clusters AS c
WHERE (
        c.id = ANY (:ids)
        OR c.id IN (
            SELECT f.cluster_id FROM findings AS f WHERE f.geotag_id = ANY (:left_ids) AND f.cluster_id IS NOT NULL
        )
    )
    AND NOT EXISTS (
        SELECT
        FROM findings AS f
        JOIN geotags AS g ON g.province = f.province AND g.id = f.geotag_id
        WHERE f.cluster_id = c.id AND g.is_current
    )
