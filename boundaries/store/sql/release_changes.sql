-- The areas that two releases do not agree on, with the box and the centroid that each had and has.
WITH older AS (
    SELECT id, level, code, content_sha256
    FROM unit_versions
    WHERE frame_id = :frame_id AND segment_key = ANY (cast(:keys AS text[]))
      AND sys @> cast(:older_at AS timestamptz) AND valid @> cast(:older_on AS date)
), newer AS (
    SELECT id, level, code, content_sha256
    FROM unit_versions
    WHERE frame_id = :frame_id AND segment_key = ANY (cast(:keys AS text[]))
      AND sys @> cast(:newer_at AS timestamptz) AND valid @> cast(:newer_on AS date)
), differing AS (
    SELECT level, code, o.id AS older_id, n.id AS newer_id
    FROM older AS o
    FULL JOIN newer AS n USING (level, code)
    WHERE o.content_sha256 IS DISTINCT FROM n.content_sha256
)
SELECT
    d.level, d.code, d.older_id IS NOT NULL AND d.newer_id IS NOT NULL AS in_both,
    ST_XMin(v.geom) AS west, ST_YMin(v.geom) AS south, ST_XMax(v.geom) AS east, ST_YMax(v.geom) AS north,
    ST_X(ST_Centroid(v.geom)) AS lon, ST_Y(ST_Centroid(v.geom)) AS lat
FROM differing AS d
JOIN unit_versions AS v ON v.id IN (d.older_id, d.newer_id)
