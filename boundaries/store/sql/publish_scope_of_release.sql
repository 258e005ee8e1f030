-- Every level, now or in the older release, of the kabupatens whose segments differ.
INSERT INTO publish_scope (level, segment_key)
SELECT DISTINCT level, segment_key
FROM unit_versions
WHERE frame_id = :frame_id
  AND segment_key = ANY (cast(:keys AS text[]))
  AND (upper_inf(sys) OR sys @> cast(:published_at AS timestamptz))
