-- The areas that a release does not have any more, each with every area of its level that its box meets now.
WITH older AS (
    SELECT level, code, geom
    FROM unit_versions
    WHERE frame_id = :frame_id AND segment_key = ANY (cast(:keys AS text[]))
      AND sys @> cast(:older_at AS timestamptz) AND valid @> cast(:older_on AS date)
)
SELECT o.level, o.code AS old_code, n.code AS new_code,
    ST_AsBinary(o.geom, 'NDR') AS old_wkb, ST_AsBinary(n.geom, 'NDR') AS new_wkb
FROM older AS o
JOIN unit_versions AS n ON n.frame_id = :frame_id AND n.level = o.level AND n.geom && o.geom
WHERE n.sys @> cast(:newer_at AS timestamptz) AND n.valid @> cast(:newer_on AS date)
  AND NOT EXISTS (
    SELECT
    FROM unit_versions AS still
    WHERE still.frame_id = :frame_id AND still.level = o.level AND still.code = o.code
      AND still.sys @> cast(:newer_at AS timestamptz) AND still.valid @> cast(:newer_on AS date)
  )
