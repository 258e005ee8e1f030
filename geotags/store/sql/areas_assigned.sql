SELECT DISTINCT assigned_area FROM geotags WHERE campaign_id = :campaign_id AND is_current
