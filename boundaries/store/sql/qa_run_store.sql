INSERT INTO qa_runs (candidate_id, profile, outcomes, ran_at)
VALUES (:candidate_id, :profile, :outcomes, clock_timestamp())
RETURNING id
