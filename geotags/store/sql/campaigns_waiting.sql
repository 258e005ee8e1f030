-- Campaigns with groups that wait, and those whose frame has a newer release than they know.
SELECT c.name
FROM campaigns AS c
WHERE EXISTS (SELECT FROM waiting_groups AS w WHERE w.campaign_id = c.id)
    OR c.judged_release_id < (SELECT max(r.id) FROM releases AS r WHERE r.frame_id = c.frame_id)
    OR (c.judged_release_id IS NULL AND EXISTS (SELECT FROM releases AS r WHERE r.frame_id = c.frame_id))
ORDER BY c.name
