UPDATE rejudgings SET ended_at = now()
WHERE campaign_id = :campaign_id AND ended_at IS NULL
    AND NOT EXISTS (SELECT FROM waiting_groups AS w WHERE w.campaign_id = :campaign_id AND w.scope = 'record')
