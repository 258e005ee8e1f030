SELECT g.item_id, f.check_code, f.severity
FROM findings f
JOIN geotags g ON g.province = f.province AND g.id = f.geotag_id
WHERE f.campaign_id = :campaign_id AND g.is_current
