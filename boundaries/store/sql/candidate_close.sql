UPDATE candidates SET state = :state WHERE id = :candidate_id
