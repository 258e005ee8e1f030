-- One address that has something to be told and is due, kept from others for as long as a try may take.
UPDATE webhooks AS w
SET next_at = now() + make_interval(secs => CAST(:lease_s AS double precision))
FROM (
    SELECT k.id
    FROM webhooks AS k
    WHERE k.suspended_at IS NULL
        AND k.next_at <= now()
        AND k.told_change_id < (SELECT max(n.id) FROM finding_changes AS n WHERE n.campaign_id = k.campaign_id)
    ORDER BY k.next_at
    LIMIT 1
    FOR UPDATE SKIP LOCKED
) AS due
JOIN webhooks AS old ON old.id = due.id
JOIN campaigns AS c ON c.id = old.campaign_id
WHERE w.id = due.id
RETURNING
    w.id, w.name, w.url, w.secret, w.areas, w.told_change_id, w.failures, w.failing_since, w.next_at,
    c.name AS campaign
