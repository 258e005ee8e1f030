UPDATE access_keys
SET revoked_at = coalesce(revoked_at, now())
WHERE prefix = :prefix
RETURNING id, prefix, role, name, areas, created_at, expires_at, revoked_at
