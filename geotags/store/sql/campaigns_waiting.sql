SELECT c.name
FROM campaigns AS c
WHERE EXISTS (SELECT FROM waiting_groups AS w WHERE w.campaign_id = c.id)
ORDER BY c.name
