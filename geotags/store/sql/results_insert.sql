INSERT INTO geotag_results (
    campaign_id, release_id, province, geotag_id, assigned_area, key_id, verdict, distance_m, probability, not_assessed,
    answer
)
SELECT
    :campaign_id, :release_id, n.province, n.geotag_id, n.assigned_area, n.key_id, n.verdict, n.distance_m,
    n.probability, CAST(n.not_assessed AS jsonb), CAST(n.answer AS jsonb)
FROM unnest(
    CAST(:province AS text[]), CAST(:geotag_id AS bigint[]), CAST(:assigned_area AS text[]),
    CAST(:key_id AS integer[]), CAST(:verdict AS text[]), CAST(:distance_m AS float8[]),
    CAST(:probability AS float8[]), CAST(:not_assessed AS text[]), CAST(:answer AS text[])
) AS n (province, geotag_id, assigned_area, key_id, verdict, distance_m, probability, not_assessed, answer)
