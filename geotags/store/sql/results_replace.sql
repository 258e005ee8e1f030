UPDATE geotag_results AS r
SET release_id = :release_id, verdict = n.verdict, distance_m = n.distance_m, probability = n.probability,
    not_assessed = CAST(:reasons AS jsonb) -> n.which_reasons, checked_at = now()
FROM unnest(
    CAST(:province AS text[]), CAST(:geotag_id AS bigint[]), CAST(:verdict AS text[]),
    CAST(:distance_m AS float8[]), CAST(:probability AS float8[]), CAST(:which_reasons AS integer[])
) AS n (province, geotag_id, verdict, distance_m, probability, which_reasons)
WHERE r.province = n.province AND r.geotag_id = n.geotag_id
