INSERT INTO webhooks (name, campaign_id, url, secret, areas, told_change_id)
SELECT
    :name, :campaign_id, :url, :secret, CAST(:areas AS text[]),
    CASE WHEN :from_start THEN 0
        ELSE coalesce((SELECT max(n.id) FROM finding_changes AS n WHERE n.campaign_id = :campaign_id), 0) END
