SELECT id, prefix, secret_sha256, role, name, areas, created_at, expires_at, revoked_at
FROM access_keys
WHERE CAST(:prefix AS text) IS NULL OR prefix = CAST(:prefix AS text)
ORDER BY id DESC
