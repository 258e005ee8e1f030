-- The identities that an item, or a household, has or had: the ledger knows those of what was erased, too.
SELECT l.geotag_id, CAST(NULL AS bigint) AS quarantine_id
FROM geotag_ledger AS l
WHERE l.campaign_id = :campaign_id AND l.item_id = :name
UNION
SELECT g.id, NULL
FROM geotags AS g
WHERE g.campaign_id = :campaign_id AND g.household_key = :name
UNION
SELECT NULL, q.id
FROM quarantine AS q
WHERE q.campaign_id = :campaign_id AND q.item_id = :name
