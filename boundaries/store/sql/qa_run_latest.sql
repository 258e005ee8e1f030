SELECT r.id AS qa_run_id,
       r.candidate_id,
       r.ran_at,
       r.profile,
       r.outcomes,
       -- By number, not by time: a clock may be set back.
       r.loads = (SELECT max(f.id) FROM candidate_files f WHERE f.candidate_id = r.candidate_id) AS is_current
FROM qa_runs r
WHERE r.candidate_id = :candidate_id
ORDER BY r.id DESC
LIMIT 1
