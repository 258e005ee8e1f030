-- Groups to which nothing came for a moment, and those that have waited long enough all the same.
DELETE FROM waiting_groups AS w
USING (
    SELECT scope, group_key
    FROM waiting_groups
    WHERE campaign_id = :campaign_id
        AND (last_at <= now() - make_interval(secs => :quiet_s) OR first_at <= now() - make_interval(secs => :most_s))
    ORDER BY first_at, scope, group_key
    LIMIT :limit
) AS due
WHERE w.campaign_id = :campaign_id AND w.scope = due.scope AND w.group_key = due.group_key
RETURNING w.scope, w.group_key
