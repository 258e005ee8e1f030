INSERT INTO candidates (frame_id) VALUES (:frame_id)
ON CONFLICT (frame_id) WHERE state = 'open' DO NOTHING
