-- Seen by who sent it, and by who looks after all areas of the key that sent it: an item that cannot be read
-- names no area itself.
SELECT q.id AS quarantine_id, q.item_id, q.reason, q.field, q.body, q.batch_id, q.received_at
FROM quarantine AS q
WHERE q.campaign_id = :campaign_id
  AND q.id > :after
  AND (CAST(:reason AS text) IS NULL OR q.reason = CAST(:reason AS text))
  AND (
      CAST(:scope_areas AS text[]) IS NULL
      OR q.key_id = CAST(:own_key AS integer)
      OR (
          CAST(:scope_key AS integer) IS NULL
          AND cardinality(q.areas) > 0
          AND NOT EXISTS (
              SELECT FROM unnest(q.areas) AS a (area) WHERE NOT a.area ^@ ANY (CAST(:scope_areas AS text[]))
          )
      )
  )
ORDER BY q.id
LIMIT :limit
