-- Where geotags lie in a release, measured again; verdicts and reasons are up to what is said of them.
UPDATE geotag_results AS r
SET release_id = :release_id, distance_m = n.distance_m, probability = n.probability, checked_at = now()
FROM unnest(
    CAST(:province AS text[]), CAST(:geotag_id AS bigint[]), CAST(:distance_m AS float8[]),
    CAST(:probability AS float8[])
) AS n (province, geotag_id, distance_m, probability)
WHERE r.province = n.province AND r.geotag_id = n.geotag_id
