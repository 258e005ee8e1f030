-- What was set aside and may be of a household: Python reads it and decides.
SELECT q.id, q.body, q.item_id = ANY (CAST(:item_ids AS text[])) AS is_item
FROM quarantine AS q
WHERE q.campaign_id = :campaign_id
    AND (
        q.item_id = ANY (CAST(:item_ids AS text[]))
        OR position(CAST(:written AS bytea) IN q.body) > 0
        OR position(CAST(:escaped AS bytea) IN q.body) > 0
    )
ORDER BY q.id
