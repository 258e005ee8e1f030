INSERT INTO units (id, frame_id, level)
SELECT unit_id, :frame_id, level FROM publish_incoming WHERE is_new_unit
