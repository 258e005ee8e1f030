-- loads: the number of the last load. It only grows, so an equal number means an unchanged candidate.
SELECT c.id,
       c.created_at,
       coalesce((SELECT max(f.id) FROM candidate_files f WHERE f.candidate_id = c.id), 0) AS loads
FROM candidates c
WHERE c.frame_id = :frame_id AND c.state = 'open'
