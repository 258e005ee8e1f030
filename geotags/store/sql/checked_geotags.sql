SELECT count(*) AS geotags
FROM geotag_results AS r
JOIN geotags AS g ON g.province = r.province AND g.id = r.geotag_id
WHERE r.campaign_id = :campaign_id AND g.is_current
  AND (CAST(:scope_areas AS text[]) IS NULL OR g.assigned_area ^@ ANY (CAST(:scope_areas AS text[])))
  AND (CAST(:scope_key AS integer) IS NULL OR g.key_id = CAST(:scope_key AS integer))
