-- The ledger alone decides: what it takes is new, whatever else happens at the same moment.
-- Of two rows of one batch with the same item and revision, the first counts.
INSERT INTO geotag_ledger (campaign_id, item_id, revision, body_sha256, geotag_id, province, key_id, batch_id)
SELECT DISTINCT ON (item_id, revision)
    CAST(:campaign_id AS int), item_id, revision, body_sha256, geotag_id, province, CAST(:key_id AS int), CAST(:batch_id AS uuid)
FROM incoming
ORDER BY item_id, revision, row_no
ON CONFLICT DO NOTHING
