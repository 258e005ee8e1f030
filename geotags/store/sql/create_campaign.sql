INSERT INTO campaigns (name, frame_id, level, ruleset, starts_on, ends_on)
VALUES (:name, :frame_id, :level, CAST(:ruleset AS jsonb), :starts_on, :ends_on)
RETURNING id
