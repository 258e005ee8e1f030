UPDATE sync_batches
SET answer = CAST(:answer AS jsonb)
WHERE key_id = :key_id AND idempotency_key = :idempotency_key AND batch_id = :batch_id
