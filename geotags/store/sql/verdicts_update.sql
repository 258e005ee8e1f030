UPDATE geotag_results AS r
SET verdict = n.verdict, not_assessed = CAST(:reasons AS jsonb) -> n.which_reasons
FROM unnest(
    CAST(:province AS text[]), CAST(:geotag_id AS bigint[]), CAST(:verdict AS text[]),
    CAST(:which_reasons AS integer[])
) AS n (province, geotag_id, verdict, which_reasons)
WHERE r.province = n.province AND r.geotag_id = n.geotag_id
