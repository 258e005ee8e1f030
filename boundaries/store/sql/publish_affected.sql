-- A version is kept as it is when the same content is to go on from the day of the new release.
INSERT INTO publish_affected (id, unit_id, level, code, is_kept)
SELECT v.id, v.unit_id, v.level, v.code, i.source_id IS NOT NULL
FROM unit_versions v
JOIN publish_scope s ON s.level = v.level AND s.segment_key = v.segment_key
LEFT JOIN publish_incoming i
       ON i.level = v.level
      AND i.code = v.code
      AND i.content_sha256 = v.content_sha256
      AND i.parent_code IS NOT DISTINCT FROM v.parent_code
      AND (i.unit_id IS NULL OR i.unit_id = v.unit_id)
      AND v.valid @> cast(:new_effective_on AS date)
      AND upper_inf(v.valid)
WHERE v.frame_id = :frame_id
  AND upper_inf(v.sys)
  AND v.valid && daterange(:new_effective_on, NULL)
