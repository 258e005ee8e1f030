SELECT
    r.id AS release_id,
    r.number,
    r.label,
    r.effective_on,
    r.published_at,
    r.boundary_sigma_m,
    r.forced_reason,
    older.number AS reverted_to,
    r.reverted_reason,
    (SELECT count(*) FROM release_segments AS s WHERE s.release_id = r.id) AS segments
FROM releases AS r
LEFT JOIN releases AS older ON older.id = r.reverted_to
WHERE r.frame_id = :frame_id
ORDER BY r.number DESC
