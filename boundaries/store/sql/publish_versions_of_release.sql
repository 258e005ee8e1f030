INSERT INTO unit_versions (unit_id, frame_id, level, code, name, parent_code, segment_key, attributes,
                           content_sha256, valid, sys, geom, geom_3857)
SELECT i.unit_id, :frame_id, i.level, i.code, v.name, i.parent_code, i.segment_key, v.attributes,
       i.content_sha256, daterange(:new_effective_on, NULL), tstzrange(:new_published_at, NULL),
       v.geom, v.geom_3857
FROM publish_incoming i
JOIN unit_versions v ON v.id = i.source_id
WHERE NOT i.is_kept
