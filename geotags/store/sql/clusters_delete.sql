DELETE FROM clusters
WHERE campaign_id = :campaign_id AND check_code = :check_code AND cluster_key = ANY (:gone)
