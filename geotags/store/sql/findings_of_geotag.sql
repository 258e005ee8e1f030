SELECT
    f.id AS finding_id,
    f.geotag_id,
    f.check_code AS code,
    f.severity,
    f.distance_m,
    f.probability,
    f.evidence,
    g.assigned_area,
    a.name AS area_name,
    g.household_key,
    ST_X(g.geom) AS lon,
    ST_Y(g.geom) AS lat
FROM findings AS f
JOIN geotags AS g ON g.province = f.province AND g.id = f.geotag_id
LEFT JOIN LATERAL (
    SELECT v.name
    FROM releases AS r
    JOIN unit_versions AS v
        ON v.frame_id = r.frame_id
        AND v.level = CAST(:level AS text)
        AND v.code = g.assigned_area
        AND v.sys @> r.published_at
        AND v.valid @> r.effective_on
    WHERE r.id = f.release_id
) AS a ON true
WHERE f.geotag_id = :geotag_id
  AND f.campaign_id = :campaign_id
  AND g.is_current
  AND (CAST(:scope_areas AS text[]) IS NULL OR g.assigned_area ^@ ANY (CAST(:scope_areas AS text[])))
  AND (CAST(:scope_key AS integer) IS NULL OR g.key_id = CAST(:scope_key AS integer))
ORDER BY array_position(ARRAY['error', 'review', 'info'], f.severity), f.id
