SELECT g.id, g.province, g.item_id, g.revision, g.household_key, g.building_no, g.assigned_area, g.enumerator_id,
    g.lon_text, g.lat_text, g.typed, g.accuracy_m, g.datum_epsg, g.captured_at, g.details, g.key_id, g.lon_key, g.lat_key
FROM geotags g
WHERE g.campaign_id = :campaign_id AND g.is_current AND (g.assigned_area, g.id) > (:after_area, :after_id)
ORDER BY g.assigned_area, g.id
LIMIT :limit
