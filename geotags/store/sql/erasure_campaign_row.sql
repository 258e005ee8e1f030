DELETE FROM campaigns WHERE id = :campaign_id
