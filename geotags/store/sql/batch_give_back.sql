DELETE FROM sync_batches
WHERE key_id = :key_id AND idempotency_key = :idempotency_key AND batch_id = :batch_id AND answer IS NULL
