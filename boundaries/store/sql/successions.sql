SELECT s.old_code, s.new_code, s.share, r.number
FROM successions AS s
JOIN releases AS r ON r.id = s.release_id
WHERE s.frame_id = :frame_id AND r.number <= :number
