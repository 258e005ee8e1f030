-- The key is ours where nobody has it, where its answer is too old to be kept, or where whoever had it is gone.
INSERT INTO sync_batches AS b (key_id, idempotency_key, body_sha256, batch_id)
VALUES (:key_id, :idempotency_key, :body_sha256, :batch_id)
ON CONFLICT (key_id, idempotency_key) DO UPDATE
SET body_sha256 = excluded.body_sha256, batch_id = excluded.batch_id, answer = NULL, started_at = now()
WHERE b.started_at < now() - make_interval(days => :kept_days)
    OR (
        b.answer IS NULL
        AND b.body_sha256 = excluded.body_sha256
        AND b.started_at < now() - make_interval(secs => :stale_s)
    )
RETURNING batch_id
