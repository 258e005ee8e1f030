-- Newest first. Where one was overtaken by the next release, what is left of both waits together.
SELECT l.number AS release, l.label, r.areas, r.started_at, r.ended_at,
    CASE WHEN r.ended_at IS NOT NULL THEN 0 ELSE least(r.areas, (
        SELECT count(*) FROM waiting_groups AS w WHERE w.campaign_id = r.campaign_id AND w.scope = 'record'
    )) END AS areas_left
FROM rejudgings AS r
JOIN releases AS l ON l.id = r.release_id
WHERE r.campaign_id = :campaign_id
ORDER BY l.number DESC
