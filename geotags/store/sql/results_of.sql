-- What was said of some geotags: their results, and their findings as one array each.
SELECT
    r.geotag_id,
    r.province,
    r.distance_m IS NULL AS undecided,
    r.verdict,
    r.not_assessed,
    coalesce(f.findings, '[]'::jsonb) AS findings
FROM geotag_results AS r
LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object(
        'id', f.id, 'check_code', f.check_code, 'check_version', f.check_version, 'severity', f.severity,
        'distance_m', f.distance_m, 'probability', f.probability, 'evidence', f.evidence, 'cluster_id', f.cluster_id
    )) AS findings
    FROM findings AS f
    WHERE f.geotag_id = r.geotag_id AND f.province = r.province
) AS f ON true
WHERE r.geotag_id = ANY (:ids) AND r.province = ANY (:provinces)
