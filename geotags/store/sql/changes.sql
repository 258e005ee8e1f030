-- What came and went, in the order in which it did. A finding that has ended is read from the history; of one
-- that was erased nothing is left.
SELECT
    c.id AS change_id, c.kind, c.changed_at, c.finding_id, c.geotag_id, d.code, d.severity, d.distance_m,
    d.probability, d.evidence, g.item_id, g.revision, g.assigned_area, a.name AS area_name, g.household_key,
    ST_X(g.geom) AS lon, ST_Y(g.geom) AS lat
FROM (
    SELECT n.id, n.kind, n.changed_at, n.finding_id, n.province, n.geotag_id
    FROM finding_changes AS n
    WHERE n.campaign_id = :campaign_id
      AND n.id > :after
      AND (CAST(:scope_areas AS text[]) IS NULL OR n.assigned_area ^@ ANY (CAST(:scope_areas AS text[])))
      AND (CAST(:scope_key AS integer) IS NULL OR n.key_id = CAST(:scope_key AS integer))
    ORDER BY n.id
    LIMIT :limit
) AS c
LEFT JOIN geotags AS g ON g.province = c.province AND g.id = c.geotag_id
LEFT JOIN LATERAL (
    SELECT f.check_code AS code, f.severity, f.distance_m, f.probability, f.evidence, f.release_id
    FROM findings AS f
    WHERE f.province = c.province AND f.id = c.finding_id
    UNION ALL
    SELECT e.check_code, e.severity, e.distance_m, e.probability, e.evidence, e.release_id
    FROM ended_findings AS e
    WHERE e.id = c.finding_id
) AS d ON true
LEFT JOIN LATERAL (
    SELECT v.name
    FROM releases AS r
    JOIN unit_versions AS v
        ON v.frame_id = r.frame_id
        AND v.level = CAST(:level AS text)
        AND v.code = g.assigned_area
        AND v.sys @> r.published_at
        AND v.valid @> r.effective_on
    WHERE r.id = d.release_id
) AS a ON true
ORDER BY c.id
