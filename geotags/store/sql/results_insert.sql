-- Reasons come as the different ones there are and which of them each row has; JSON as one array, which needs
-- no quoting of each element.
INSERT INTO geotag_results (
    campaign_id, release_id, province, geotag_id, assigned_area, key_id, verdict, distance_m, probability,
    not_assessed, answer
)
SELECT
    :campaign_id, :release_id, n.province, n.geotag_id, n.assigned_area, n.key_id, n.verdict, n.distance_m,
    n.probability, CAST(:reasons AS jsonb) -> n.which_reasons, nullif(n.answer, 'null'::jsonb)
FROM ROWS FROM (
    unnest(CAST(:province AS text[])), unnest(CAST(:geotag_id AS bigint[])), unnest(CAST(:assigned_area AS text[])),
    unnest(CAST(:key_id AS integer[])), unnest(CAST(:verdict AS text[])), unnest(CAST(:distance_m AS float8[])),
    unnest(CAST(:probability AS float8[])), unnest(CAST(:which_reasons AS integer[])),
    jsonb_array_elements(CAST(:answers AS jsonb))
) AS n (
    province, geotag_id, assigned_area, key_id, verdict, distance_m, probability, which_reasons, answer
)
