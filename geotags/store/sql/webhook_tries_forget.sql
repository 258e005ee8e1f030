DELETE FROM webhook_tries WHERE tried_at < now() - make_interval(days => CAST(:kept_days AS integer))
