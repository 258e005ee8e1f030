SELECT id, entry, seen, first_id, last_id, hash
FROM audit
WHERE CAST(:least AS bigint) IS NULL OR (first_id <= CAST(:most AS bigint) AND last_id >= CAST(:least AS bigint))
ORDER BY id
