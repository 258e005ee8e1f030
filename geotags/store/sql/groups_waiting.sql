SELECT count(*) FROM waiting_groups WHERE campaign_id = :campaign_id
