-- Not now(): that is when the transaction began, which may be before a QA run that did not see this load.
INSERT INTO candidate_files (candidate_id, level, file_name, file_sha256, format, n_areas, loaded_at)
VALUES (:candidate_id, :level, :file_name, :file_sha256, :format, :n_areas, clock_timestamp())
