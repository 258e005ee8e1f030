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
  AND (CAST(:parent AS text) IS NULL OR starts_with(g.assigned_area, CAST(:parent AS text)))
  AND NOT EXISTS (
      SELECT 1
      FROM unit_versions AS v
      WHERE v.frame_id = :frame_id
        AND v.level = CAST(:level AS text)
        AND v.code = left(g.assigned_area, CAST(:width AS integer))
        AND g.assigned_area BETWEEN v.code AND v.code || substr(CAST(:pattern AS text), length(v.code) + 1)
        AND v.sys @> CAST(:published_at AS timestamptz)
        AND v.valid @> CAST(:effective_on AS date)
  )
