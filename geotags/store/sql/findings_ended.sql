SELECT e.id AS finding_id, e.check_code AS code, e.severity, e.evidence, e.created_at, e.ended_at, r.number AS release
FROM ended_findings AS e
JOIN geotags AS g ON g.province = e.province AND g.id = e.geotag_id
JOIN releases AS r ON r.id = e.release_id
WHERE e.geotag_id = :geotag_id
  AND e.campaign_id = :campaign_id
  AND (CAST(:scope_areas AS text[]) IS NULL OR g.assigned_area ^@ ANY (CAST(:scope_areas AS text[])))
  AND (CAST(:scope_key AS integer) IS NULL OR g.key_id = CAST(:scope_key AS integer))
ORDER BY e.ended_at DESC, e.id DESC
