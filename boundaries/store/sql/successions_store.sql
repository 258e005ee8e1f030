INSERT INTO successions (frame_id, release_id, level, old_code, new_code, share)
SELECT :frame_id, :release_id, n.level, n.old_code, n.new_code, n.share
FROM unnest(
    CAST(:levels AS text[]), CAST(:old_codes AS text[]), CAST(:new_codes AS text[]), CAST(:shares AS float8[])
) AS n (level, old_code, new_code, share)
