SELECT count(*) AS geotags
FROM geotag_results AS r
JOIN geotags AS g ON g.province = r.province AND g.id = r.geotag_id
WHERE r.campaign_id = :campaign_id AND g.is_current
