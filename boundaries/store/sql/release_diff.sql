-- Two sets of areas by level and code, in the kabupatens whose segments differ.
WITH older AS (
    SELECT level, code, name, content_sha256
    FROM unit_versions
    WHERE frame_id = :frame_id AND segment_key = ANY (cast(:keys AS text[]))
      AND sys @> cast(:older_at AS timestamptz) AND valid @> cast(:older_on AS date)
), newer AS (
    SELECT level, code, name, content_sha256
    FROM unit_versions
    WHERE frame_id = :frame_id AND segment_key = ANY (cast(:keys AS text[]))
      AND sys @> cast(:newer_at AS timestamptz) AND valid @> cast(:newer_on AS date)
)
SELECT CASE WHEN o.code IS NULL THEN 'added' WHEN n.code IS NULL THEN 'removed' ELSE 'changed' END AS kind,
       level,
       code,
       coalesce(n.name, o.name) AS name
FROM older o
FULL JOIN newer n USING (level, code)
WHERE o.content_sha256 IS DISTINCT FROM n.content_sha256
ORDER BY level, code COLLATE "C"
