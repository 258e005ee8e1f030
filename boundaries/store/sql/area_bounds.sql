SELECT ST_XMin(b.box) AS west, ST_YMin(b.box) AS south, ST_XMax(b.box) AS east, ST_YMax(b.box) AS north
FROM (
    SELECT ST_Extent(v.geom) AS box
    FROM unit_versions AS v
    WHERE v.frame_id = :frame_id
      AND v.level = CAST(:level AS text)
      AND v.sys @> CAST(:published_at AS timestamptz)
      AND v.valid @> CAST(:effective_on AS date)
) AS b
