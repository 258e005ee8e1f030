DELETE FROM findings f
USING geotags g
WHERE f.campaign_id = :campaign_id AND g.province = f.province AND g.id = f.geotag_id AND g.is_current
    AND f.check_code = ANY (:codes)
