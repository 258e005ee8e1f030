-- Older revisions of the items that just came stop being current; they stay as they are.
UPDATE geotags g
SET is_current = false
FROM geotags newer
WHERE newer.campaign_id = :campaign_id AND newer.id = ANY (:new_ids)
    AND g.campaign_id = :campaign_id AND g.item_id = newer.item_id AND g.revision < newer.revision
    AND g.is_current
RETURNING g.id, g.lon_key, g.lat_key
