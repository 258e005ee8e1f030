-- What was true before the new release's day stays true of that time: written again as now believed.
INSERT INTO unit_versions (unit_id, frame_id, level, code, name, parent_code, segment_key, attributes,
                           content_sha256, valid, sys, geom, geom_3857)
SELECT v.unit_id, v.frame_id, v.level, v.code, v.name, v.parent_code, v.segment_key, v.attributes,
       v.content_sha256, daterange(lower(v.valid), :new_effective_on), tstzrange(:new_published_at, NULL),
       v.geom, v.geom_3857
FROM unit_versions v
JOIN publish_affected a ON a.id = v.id
WHERE NOT a.is_kept
  AND NOT isempty(daterange(lower(v.valid), greatest(lower(v.valid), :new_effective_on)))
