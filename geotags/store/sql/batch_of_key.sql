SELECT body_sha256, batch_id, answer
FROM sync_batches
WHERE key_id = :key_id AND idempotency_key = :idempotency_key
