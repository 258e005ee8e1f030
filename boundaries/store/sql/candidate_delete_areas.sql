DELETE FROM candidate_areas WHERE candidate_id = :candidate_id
