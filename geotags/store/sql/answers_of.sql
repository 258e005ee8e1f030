-- What is said of geotags that were stored a moment ago: the verdict, and every finding, worst first.
SELECT
    r.geotag_id, r.verdict, r.distance_m, r.probability,
    coalesce(f.findings, '[]'::jsonb) AS findings
FROM geotag_results AS r
LEFT JOIN LATERAL (
    SELECT jsonb_agg(
        jsonb_build_object(
            'code', f.check_code, 'severity', f.severity, 'distance_m', f.distance_m,
            'probability', f.probability, 'evidence', f.evidence
        )
        ORDER BY array_position(ARRAY['error', 'review', 'info'], f.severity), f.check_code
    ) AS findings
    FROM findings AS f
    WHERE f.province = r.province AND f.geotag_id = r.geotag_id
) AS f ON true
WHERE r.geotag_id = ANY (:ids) AND r.province = ANY (:provinces)
