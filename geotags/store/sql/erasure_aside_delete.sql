WITH gone AS (
    DELETE FROM quarantine WHERE id = ANY (:ids) RETURNING batch_id
)
DELETE FROM sync_batches WHERE batch_id IN (SELECT batch_id FROM gone)
