SELECT
    p.finding_id, p.geotag_id, p.code, p.severity, p.distance_m, p.probability, p.evidence,
    p.assigned_area, a.name AS area_name, p.household_key, p.item_id, p.building_no, p.enumerator_id, p.lon, p.lat
FROM (
    SELECT
        f.id AS finding_id,
        f.geotag_id,
        f.check_code AS code,
        f.severity,
        f.distance_m,
        f.probability,
        f.evidence,
        f.release_id,
        g.assigned_area,
        g.household_key,
        g.item_id,
        g.building_no,
        g.enumerator_id,
        ST_X(g.geom) AS lon,
        ST_Y(g.geom) AS lat
    FROM findings AS f
    JOIN geotags AS g ON g.province = f.province AND g.id = f.geotag_id
    WHERE f.campaign_id = :campaign_id
      AND f.severity = CAST(:severity AS text)
      AND f.id > :after
      AND (CAST(:code AS text) IS NULL OR f.check_code = CAST(:code AS text))
      AND (CAST(:area AS text) IS NULL OR starts_with(g.assigned_area, CAST(:area AS text)))
      AND g.is_current
      AND (CAST(:scope_areas AS text[]) IS NULL OR g.assigned_area ^@ ANY (CAST(:scope_areas AS text[])))
      AND (CAST(:scope_key AS integer) IS NULL OR g.key_id = CAST(:scope_key AS integer))
    ORDER BY f.id
    LIMIT :limit
) AS p
LEFT JOIN LATERAL (
    SELECT v.name
    FROM releases AS r
    JOIN unit_versions AS v
        ON v.frame_id = r.frame_id
        AND v.level = CAST(:level AS text)
        AND v.code = p.assigned_area
        AND v.sys @> r.published_at
        AND v.valid @> r.effective_on
    WHERE r.id = p.release_id
) AS a ON true
ORDER BY p.finding_id
