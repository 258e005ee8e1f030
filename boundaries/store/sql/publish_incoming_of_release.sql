INSERT INTO publish_incoming (source_id, level, code, parent_code, segment_key, content_sha256, unit_id)
SELECT id, level, code, parent_code, segment_key, content_sha256, unit_id
FROM unit_versions
WHERE frame_id = :frame_id
  AND segment_key = ANY (cast(:keys AS text[]))
  AND sys @> cast(:published_at AS timestamptz)
  AND valid @> cast(:effective_on AS date)
