SELECT
    w.name, c.name AS campaign, w.url, w.areas, w.failures, w.failing_since, w.suspended_at, w.suspended_for,
    w.told_change_id, w.next_at, w.created_at,
    (SELECT count(*) FROM finding_changes AS n WHERE n.campaign_id = w.campaign_id AND n.id > w.told_change_id) AS behind
FROM webhooks AS w
JOIN campaigns AS c ON c.id = w.campaign_id
WHERE CAST(:name AS text) IS NULL OR w.name = CAST(:name AS text)
ORDER BY w.name
