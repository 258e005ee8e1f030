INSERT INTO release_segments (release_id, segment_key, sha256)
SELECT :release_id, key, sha256
FROM unnest(cast(:keys AS text[]), cast(:sha256s AS text[])) AS m (key, sha256)
