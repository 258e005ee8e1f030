-- The geotags of a household, replaced ones included, with what their groups need.
SELECT id, province, item_id, revision, is_current, household_key, enumerator_id, assigned_area, lon, lat, lon_key, lat_key
FROM geotags
WHERE campaign_id = :campaign_id AND household_key = :household_key
ORDER BY id
