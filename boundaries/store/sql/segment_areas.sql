-- The order of the rows is part of a segment's content: the same areas must give the same bytes.
SELECT segment_key, level, code, name, attributes::text AS attributes, ST_AsBinary(geom, 'NDR') AS wkb
FROM unit_versions
WHERE frame_id = :frame_id
  AND segment_key = ANY (cast(:keys AS text[]))
  AND sys @> cast(:published_at AS timestamptz)
  AND valid @> cast(:effective_on AS date)
ORDER BY segment_key COLLATE "C", level, code COLLATE "C"
