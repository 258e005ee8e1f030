SELECT
    g.id AS geotag_id,
    g.household_key,
    g.building_no,
    g.assigned_area,
    g.accuracy_m,
    g.captured_at,
    g.enumerator_id,
    ST_X(g.geom) AS lon,
    ST_Y(g.geom) AS lat,
    r.verdict,
    r.distance_m,
    r.probability,
    r.not_assessed
FROM geotags AS g
LEFT JOIN geotag_results AS r ON r.province = g.province AND r.geotag_id = g.id
WHERE g.campaign_id = :campaign_id
  AND g.is_current
  AND (CAST(:scope_areas AS text[]) IS NULL OR g.assigned_area ^@ ANY (CAST(:scope_areas AS text[])))
  AND (CAST(:scope_key AS integer) IS NULL OR g.key_id = CAST(:scope_key AS integer))
  AND g.id > :after
  AND (CAST(:geotag_id AS bigint) IS NULL OR g.id = CAST(:geotag_id AS bigint))
  AND (CAST(:area AS text) IS NULL OR starts_with(g.assigned_area, CAST(:area AS text)))
  AND (CAST(:verdict AS text) IS NULL OR r.verdict = CAST(:verdict AS text))
ORDER BY g.id
LIMIT :limit
