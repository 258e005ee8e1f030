-- parent_width is the width of the nearest loaded level above, null where there is none.
INSERT INTO publish_incoming (source_id, level, code, parent_code, segment_key, content_sha256)
SELECT a.id,
       a.level,
       a.code,
       left(a.code, p.parent_width),
       left(a.code, cast(:width AS int)),
       sha256(
           convert_to(jsonb_build_array(a.code, a.name, a.attributes)::text, 'UTF8') || ST_AsBinary(a.geom, 'NDR')
       )
FROM candidate_areas a
JOIN unnest(cast(:levels AS text[]), cast(:parent_widths AS int[])) AS p (level, parent_width) USING (level)
WHERE a.candidate_id = :candidate_id
  AND NOT EXISTS (SELECT FROM publish_withheld w WHERE w.level = a.level AND w.code = a.code)
