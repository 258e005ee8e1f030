-- The time of a publication: after the one before, whatever the clock did since.
SELECT greatest(clock_timestamp(), max(published_at) + interval '1 microsecond') AS at
FROM releases
WHERE frame_id = :frame_id
