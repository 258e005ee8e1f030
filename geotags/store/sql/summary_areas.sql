-- BETWEEN finds the assigned areas below a code by the index whatever the collation: the codes of a
-- scheme differ only in digits. starts_with then says what is really below it.
SELECT
    a.code AS area_code,
    a.name,
    n.geotags,
    n.accepted,
    n.review,
    n.rejected,
    n.not_assessed,
    n.unchecked,
    (n.review + n.rejected)::float8 / nullif(n.geotags, 0) AS flagged_share
FROM (
    SELECT v.code, v.name
    FROM unit_versions AS v
    WHERE v.frame_id = :frame_id
      AND v.level = CAST(:level AS text)
      AND v.sys @> CAST(:published_at AS timestamptz)
      AND v.valid @> CAST(:effective_on AS date)
      AND (CAST(:parent AS text) IS NULL OR starts_with(v.code, CAST(:parent AS text)))
      AND (CAST(:after AS text) IS NULL OR v.code > CAST(:after AS text))
    ORDER BY v.code
    LIMIT :limit
) AS a
CROSS JOIN LATERAL (
    SELECT
        count(*) AS geotags,
        count(*) FILTER (WHERE r.verdict = 'accepted') AS accepted,
        count(*) FILTER (WHERE r.verdict = 'review') AS review,
        count(*) FILTER (WHERE r.verdict = 'rejected') AS rejected,
        count(*) FILTER (WHERE r.verdict = 'not_assessed') AS not_assessed,
        count(*) FILTER (WHERE r.verdict IS NULL) AS unchecked
    FROM geotags AS g
    LEFT JOIN geotag_results AS r ON r.province = g.province AND r.geotag_id = g.id
    WHERE g.campaign_id = :campaign_id
      AND g.is_current
      AND (CAST(:scope_areas AS text[]) IS NULL OR g.assigned_area ^@ ANY (CAST(:scope_areas AS text[])))
      AND (CAST(:scope_key AS integer) IS NULL OR g.key_id = CAST(:scope_key AS integer))
      AND g.assigned_area BETWEEN a.code AND a.code || substr(CAST(:pattern AS text), length(a.code) + 1)
      AND starts_with(g.assigned_area, a.code)
) AS n
ORDER BY a.code
