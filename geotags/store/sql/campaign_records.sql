SELECT c.id, c.name, f.name AS frame, c.frame_id, c.level, c.ruleset, c.starts_on, c.ends_on
FROM campaigns c
JOIN frames f ON f.id = c.frame_id
WHERE CAST(:name AS text) IS NULL OR c.name = :name
ORDER BY c.name
