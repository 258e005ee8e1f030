-- The assigned areas of the geotags that a release concerns: those whose area changed; those near a changed place,
-- from afar where the accuracy is low or the point lies outside; those of no accuracy to speak of; and those below
-- areas that came or went.
SELECT g.assigned_area
FROM unnest(CAST(:codes AS text[])) AS k (code)
CROSS JOIN LATERAL (
    SELECT own.assigned_area FROM geotags AS own
    WHERE own.campaign_id = :campaign_id AND own.is_current AND own.assigned_area = k.code
    LIMIT 1
) AS g
UNION
SELECT g.assigned_area
FROM unnest(CAST(:near_first AS bigint[]), CAST(:near_last AS bigint[])) AS c (first, last)
JOIN geotags AS g ON g.campaign_id = :campaign_id AND g.is_current AND g.cell BETWEEN c.first AND c.last
UNION
SELECT g.assigned_area
FROM unnest(CAST(:far_first AS bigint[]), CAST(:far_last AS bigint[])) AS c (first, last)
JOIN geotags AS g ON g.campaign_id = :campaign_id AND g.is_current AND g.cell BETWEEN c.first AND c.last
LEFT JOIN geotag_results AS r ON r.province = g.province AND r.geotag_id = g.id
WHERE g.accuracy_m > :sharp_m OR r.distance_m IS NULL OR r.distance_m < 0
UNION
SELECT g.assigned_area
FROM geotags AS g
WHERE g.campaign_id = :campaign_id AND g.is_current AND g.accuracy_m > 1000
UNION
SELECT g.assigned_area
FROM geotags AS g
WHERE cardinality(CAST(:prefixes AS text[])) > 0 AND g.campaign_id = :campaign_id AND g.is_current
    AND g.assigned_area ^@ ANY (CAST(:prefixes AS text[]))
