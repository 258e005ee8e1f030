-- One probe of the index per level, not a scan of all areas.
SELECT asked.level
FROM unnest(CAST(:levels AS text[])) AS asked (level)
WHERE EXISTS (
    SELECT 1
    FROM unit_versions AS v
    WHERE v.frame_id = :frame_id
      AND v.level = asked.level
      AND v.sys @> CAST(:published_at AS timestamptz)
      AND v.valid @> CAST(:effective_on AS date)
)
