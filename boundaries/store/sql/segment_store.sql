INSERT INTO segments (sha256, segment_key, n_areas, n_bytes, withheld)
VALUES (:sha256, :segment_key, :n_areas, :n_bytes, :withheld)
ON CONFLICT (sha256) DO NOTHING
