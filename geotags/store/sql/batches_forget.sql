DELETE FROM sync_batches WHERE started_at < now() - make_interval(days => :kept_days)
