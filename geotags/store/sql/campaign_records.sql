SELECT
    c.id AS campaign_id, c.name, c.level, c.ruleset, c.starts_on, c.ends_on,
    f.id AS frame_id, f.name AS frame, f.country, f.code_scheme
FROM campaigns AS c
JOIN frames AS f ON f.id = c.frame_id
WHERE CAST(:name AS text) IS NULL OR c.name = :name
ORDER BY c.name
