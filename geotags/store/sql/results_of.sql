-- What the verdict of some geotags rolls up from: their results and the severities of their findings.
SELECT r.geotag_id, r.province, r.distance_m IS NULL AS undecided, r.not_assessed,
    coalesce(array_agg(f.severity) FILTER (WHERE f.id IS NOT NULL), '{}') AS severities
FROM geotag_results r
LEFT JOIN findings f ON f.province = r.province AND f.geotag_id = r.geotag_id
WHERE r.geotag_id = ANY (:ids) AND r.province = ANY (:provinces)
GROUP BY r.geotag_id, r.province, r.distance_m, r.not_assessed
