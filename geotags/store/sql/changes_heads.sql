-- The last change of every campaign, whoever may see it: a number, and no household.
SELECT c.id AS campaign_id, coalesce((SELECT max(n.id) FROM finding_changes AS n WHERE n.campaign_id = c.id), 0) AS head
FROM campaigns AS c
