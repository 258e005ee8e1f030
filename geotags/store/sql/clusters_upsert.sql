INSERT INTO clusters (campaign_id, check_code, cluster_key, n_geotags, n_households, severity)
SELECT :campaign_id, n.check_code, n.cluster_key, n.n_geotags, n.n_households, n.severity
FROM unnest(
    CAST(:check_codes AS text[]), CAST(:cluster_keys AS text[]), CAST(:n_geotags AS integer[]),
    CAST(:n_households AS integer[]), CAST(:severities AS text[])
) AS n (check_code, cluster_key, n_geotags, n_households, severity)
ON CONFLICT (campaign_id, check_code, cluster_key) DO UPDATE
SET n_geotags = excluded.n_geotags, n_households = excluded.n_households, severity = excluded.severity
RETURNING id, check_code, cluster_key
