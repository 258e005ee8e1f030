-- Only of current geotags: what was found of an older revision stays with it.
DELETE FROM geotag_results r
USING geotags g
WHERE r.campaign_id = :campaign_id AND g.province = r.province AND g.id = r.geotag_id AND g.is_current
