UPDATE geotag_results AS r
SET release_id = :release_id, verdict = n.verdict, distance_m = n.distance_m, probability = n.probability,
    not_assessed = CAST(n.not_assessed AS jsonb), checked_at = now()
FROM unnest(
    CAST(:province AS text[]), CAST(:geotag_id AS bigint[]), CAST(:verdict AS text[]),
    CAST(:distance_m AS float8[]), CAST(:probability AS float8[]), CAST(:not_assessed AS text[])
) AS n (province, geotag_id, verdict, distance_m, probability, not_assessed)
WHERE r.province = n.province AND r.geotag_id = n.geotag_id
