UPDATE geotag_results AS r
SET verdict = n.verdict, not_assessed = CAST(n.not_assessed AS jsonb)
FROM unnest(
    CAST(:province AS text[]), CAST(:geotag_id AS bigint[]), CAST(:verdict AS text[]), CAST(:not_assessed AS text[])
) AS n (province, geotag_id, verdict, not_assessed)
WHERE r.province = n.province AND r.geotag_id = n.geotag_id
