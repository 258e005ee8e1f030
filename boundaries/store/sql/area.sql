SELECT
    v.code AS area_code,
    v.level,
    v.name,
    v.parent_code,
    v.attributes,
    ST_AsGeoJSON(v.geom, 7) AS geometry
FROM unit_versions AS v
WHERE v.frame_id = :frame_id
  AND v.level = CAST(:level AS text)
  AND v.code = CAST(:area_code AS text)
  AND v.sys @> CAST(:published_at AS timestamptz)
  AND v.valid @> CAST(:effective_on AS date)
