SELECT scope, count(*) AS n, extract(epoch FROM now() - min(first_at))::float8 AS oldest_s
FROM waiting_groups
GROUP BY scope
