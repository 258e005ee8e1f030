SELECT pg_advisory_xact_lock(hashtext('patok campaign'), :campaign_id)
