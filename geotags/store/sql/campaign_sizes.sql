-- The newest release that a result names is the one the campaign was last checked against.
SELECT
    c.name,
    f.name AS frame,
    c.level,
    c.ruleset ->> 'name' AS ruleset,
    c.ruleset ->> 'version' AS ruleset_version,
    (SELECT count(*) FROM geotags AS g WHERE g.campaign_id = c.id AND g.is_current) AS geotags,
    r.number,
    r.label,
    r.effective_on,
    r.published_at
FROM campaigns AS c
JOIN frames AS f ON f.id = c.frame_id
LEFT JOIN releases AS r
    ON r.id = (SELECT max(t.release_id) FROM geotag_results AS t WHERE t.campaign_id = c.id)
ORDER BY c.name
