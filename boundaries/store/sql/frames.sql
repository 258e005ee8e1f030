SELECT id, name, country, code_scheme
FROM frames
WHERE CAST(:name AS text) IS NULL OR name = CAST(:name AS text)
ORDER BY name
