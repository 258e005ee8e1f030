CREATE TEMPORARY TABLE places (lon_key bigint, lat_key bigint, cluster_key text, has_left boolean) ON COMMIT DROP
