SELECT level, file_name, file_sha256 AS sha256, format, n_areas, loaded_at
FROM candidate_files
WHERE candidate_id = :candidate_id
ORDER BY id
