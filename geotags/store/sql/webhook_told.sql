-- Whoever took it last writes what became of it: a lease that ran out may have passed to another.
WITH noted AS (
    INSERT INTO webhook_tries (webhook_id, after_change_id, last_change_id, events, outcome, status, seconds)
    SELECT w.id, :after, :last, :events, :outcome, CAST(:status AS integer), :seconds
    FROM webhooks AS w
    WHERE w.id = :webhook_id AND :events > 0
)
UPDATE webhooks
SET told_change_id = CASE WHEN :is_told THEN :last ELSE told_change_id END,
    failures = CASE WHEN :is_told THEN 0 ELSE failures + 1 END,
    failing_since = CASE WHEN :is_told THEN NULL ELSE coalesce(failing_since, now()) END,
    next_at = now() + make_interval(secs => CAST(:wait_s AS double precision)),
    suspended_at = CASE WHEN CAST(:suspended_for AS text) IS NULL THEN NULL ELSE now() END,
    suspended_for = CAST(:suspended_for AS text)
WHERE id = :webhook_id AND next_at = :next_at AND told_change_id = :after
