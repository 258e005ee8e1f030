SELECT g.id, g.province, g.item_id, g.revision, g.household_key, g.building_no, g.assigned_area, g.enumerator_id,
    g.lon_text, g.lat_text, g.typed, g.accuracy_m, g.datum_epsg, g.captured_at, g.details, g.key_id, g.lon_key, g.lat_key
FROM geotags AS g
WHERE g.id = ANY (:ids) AND g.province = ANY (:provinces) AND g.is_current
ORDER BY g.id
