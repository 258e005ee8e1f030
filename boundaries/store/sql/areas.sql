SELECT
    v.code AS area_code,
    v.level,
    v.name,
    v.parent_code,
    v.attributes,
    ST_AsGeoJSON(v.geom, 7) AS geometry
FROM unit_versions AS v
WHERE v.frame_id = :frame_id
  AND v.sys @> CAST(:published_at AS timestamptz)
  AND v.valid @> CAST(:effective_on AS date)
  AND (CAST(:level AS text) IS NULL OR v.level = CAST(:level AS text))
  AND (
      CAST(:parent AS text) IS NULL
      OR (starts_with(v.code, CAST(:parent AS text)) AND v.code <> CAST(:parent AS text))
  )
  AND (CAST(:after AS text) IS NULL OR v.code > CAST(:after AS text))
ORDER BY v.code
LIMIT :limit
