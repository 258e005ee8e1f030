-- Groups to which nothing came for a moment, and those that have waited long enough all the same. What a release
-- made necessary comes after all that devices wait for, a few areas at a time, and is for that release alone.
WITH due AS (
    SELECT scope, group_key, first_at
    FROM waiting_groups
    WHERE campaign_id = :campaign_id AND scope <> 'record'
        AND (last_at <= now() - make_interval(secs => :quiet_s) OR first_at <= now() - make_interval(secs => :most_s))
    ORDER BY first_at, scope, group_key
    LIMIT :limit
), of_release AS (
    SELECT scope, group_key, first_at
    FROM waiting_groups
    WHERE campaign_id = :campaign_id AND scope = 'record' AND NOT EXISTS (SELECT FROM due)
        AND :release_id = (SELECT judged_release_id FROM campaigns WHERE id = :campaign_id)
    ORDER BY group_key
    LIMIT least(20, :limit)
)
DELETE FROM waiting_groups AS w
USING (SELECT * FROM due UNION ALL SELECT * FROM of_release) AS d
WHERE w.campaign_id = :campaign_id AND w.scope = d.scope AND w.group_key = d.group_key
RETURNING w.scope, w.group_key
