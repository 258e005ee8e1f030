-- From now on these are what was believed before.
UPDATE unit_versions v
SET sys = tstzrange(lower(v.sys), :new_published_at)
FROM publish_affected a
WHERE a.id = v.id AND NOT a.is_kept
