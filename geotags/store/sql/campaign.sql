SELECT c.id AS campaign_id, c.name, c.level, f.id AS frame_id, f.name AS frame, f.country, f.code_scheme
FROM campaigns AS c
JOIN frames AS f ON f.id = c.frame_id
WHERE c.name = CAST(:name AS text)
