INSERT INTO waiting_groups (campaign_id, scope, group_key)
SELECT :campaign_id, n.scope, n.group_key
FROM unnest(CAST(:scopes AS text[]), CAST(:keys AS text[])) AS n (scope, group_key)
ON CONFLICT (campaign_id, scope, group_key) DO UPDATE SET last_at = now()
