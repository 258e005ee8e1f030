DELETE FROM waiting_groups WHERE campaign_id = :campaign_id AND scope = 'household' AND group_key = :group_key
