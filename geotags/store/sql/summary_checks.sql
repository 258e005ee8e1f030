SELECT
    coalesce(found.code, unassessed.code) AS code,
    coalesce(found.error, 0) AS error,
    coalesce(found.review, 0) AS review,
    coalesce(found.info, 0) AS info,
    coalesce(unassessed.geotags, 0) AS not_assessed
FROM (
    SELECT
        f.check_code AS code,
        count(*) FILTER (WHERE f.severity = 'error') AS error,
        count(*) FILTER (WHERE f.severity = 'review') AS review,
        count(*) FILTER (WHERE f.severity = 'info') AS info
    FROM findings AS f
    JOIN geotags AS g ON g.province = f.province AND g.id = f.geotag_id
    WHERE f.campaign_id = :campaign_id AND g.is_current
      AND (CAST(:scope_areas AS text[]) IS NULL OR g.assigned_area ^@ ANY (CAST(:scope_areas AS text[])))
      AND (CAST(:scope_key AS integer) IS NULL OR g.key_id = CAST(:scope_key AS integer))
    GROUP BY f.check_code
) AS found
FULL JOIN (
    SELECT reason.code, count(*) AS geotags
    FROM geotag_results AS r
    JOIN geotags AS g ON g.province = r.province AND g.id = r.geotag_id
    CROSS JOIN LATERAL jsonb_object_keys(r.not_assessed) AS reason (code)
    WHERE r.campaign_id = :campaign_id AND g.is_current
      AND (CAST(:scope_areas AS text[]) IS NULL OR g.assigned_area ^@ ANY (CAST(:scope_areas AS text[])))
      AND (CAST(:scope_key AS integer) IS NULL OR g.key_id = CAST(:scope_key AS integer))
    GROUP BY reason.code
) AS unassessed ON unassessed.code = found.code
ORDER BY 1
