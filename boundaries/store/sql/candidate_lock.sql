SELECT id FROM candidates WHERE frame_id = :frame_id AND state = 'open' FOR UPDATE
