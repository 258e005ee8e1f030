-- The last change before a moment, of the campaign that an address is told of.
SELECT coalesce(max(n.id), 0)
FROM webhooks AS w
LEFT JOIN finding_changes AS n ON n.campaign_id = w.campaign_id AND n.changed_at < :since
WHERE w.name = :name
