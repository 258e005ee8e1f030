INSERT INTO clusters (campaign_id, check_code, cluster_key, n_geotags, n_households, severity)
VALUES (:campaign_id, :check_code, :cluster_key, :n_geotags, :n_households, :severity)
ON CONFLICT (campaign_id, check_code, cluster_key) DO UPDATE
SET n_geotags = excluded.n_geotags, n_households = excluded.n_households, severity = excluded.severity
RETURNING id
