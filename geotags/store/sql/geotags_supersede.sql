-- Older revisions of the items that just came stop being current; they stay as they are.
UPDATE geotags g
SET is_current = false
FROM incoming i
JOIN geotag_ledger older
    ON older.campaign_id = :campaign_id AND older.item_id = i.item_id AND older.revision < i.revision
WHERE g.province = older.province AND g.id = older.geotag_id AND g.is_current
RETURNING g.id, g.province, g.household_key, g.enumerator_id, g.assigned_area, g.lon_key, g.lat_key, g.lon, g.lat
