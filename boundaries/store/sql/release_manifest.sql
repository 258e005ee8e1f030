SELECT m.segment_key, m.sha256, s.withheld, s.n_bytes
FROM release_segments m
JOIN segments s USING (sha256)
WHERE m.release_id = :release_id
ORDER BY m.segment_key COLLATE "C"
