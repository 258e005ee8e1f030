INSERT INTO qa_runs (candidate_id, loads, profile, outcomes, ran_at)
VALUES (:candidate_id, :loads, :profile, :outcomes, clock_timestamp())
RETURNING id
