INSERT INTO access_keys (prefix, secret_sha256, role, name, areas, expires_at)
VALUES (:prefix, :secret_sha256, :role, :name, :areas, :expires_at)
RETURNING id, prefix, role, name, areas, created_at, expires_at, revoked_at
