-- From an earlier place on, and at once. A place beyond what was told is none.
UPDATE webhooks
SET told_change_id = least(told_change_id, coalesce(CAST(:after AS bigint), told_change_id)),
    failures = 0, failing_since = NULL, suspended_at = NULL, suspended_for = NULL, next_at = now()
WHERE name = :name
RETURNING told_change_id
