INSERT INTO publish_scope (level, segment_key)
SELECT DISTINCT level, left(code, cast(:width AS int))
FROM candidate_areas
WHERE candidate_id = :candidate_id
