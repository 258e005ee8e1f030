SELECT t.tried_at, t.outcome, t.status, t.events, t.after_change_id, t.last_change_id, t.seconds
FROM webhook_tries AS t
JOIN webhooks AS w ON w.id = t.webhook_id
WHERE w.name = :name
ORDER BY t.id DESC
LIMIT :limit
