-- The newest release that a result of a current geotag names is the one the campaign was last checked against.
SELECT
    c.name,
    f.name AS frame,
    c.level,
    c.ruleset ->> 'name' AS ruleset,
    CAST(c.ruleset ->> 'version' AS integer) AS ruleset_version,
    (
        SELECT count(*)
        FROM geotags AS g
        WHERE g.campaign_id = c.id
          AND g.is_current
          AND (CAST(:scope_areas AS text[]) IS NULL OR g.assigned_area ^@ ANY (CAST(:scope_areas AS text[])))
          AND (CAST(:scope_key AS integer) IS NULL OR g.key_id = CAST(:scope_key AS integer))
    ) AS geotags,
    r.number,
    r.label,
    r.effective_on,
    r.published_at
FROM campaigns AS c
JOIN frames AS f ON f.id = c.frame_id
LEFT JOIN releases AS r
    ON r.id = (
        SELECT max(t.release_id)
        FROM geotags AS g
        JOIN geotag_results AS t ON t.province = g.province AND t.geotag_id = g.id
        WHERE g.campaign_id = c.id
          AND g.is_current
          AND (CAST(:scope_areas AS text[]) IS NULL OR g.assigned_area ^@ ANY (CAST(:scope_areas AS text[])))
          AND (CAST(:scope_key AS integer) IS NULL OR g.key_id = CAST(:scope_key AS integer))
    )
ORDER BY c.name
