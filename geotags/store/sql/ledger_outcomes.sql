-- One line per row of the batch, in its order: what the ledger holds for it now.
SELECT i.row_no, i.item_id, i.revision, l.geotag_id, l.province, l.body_sha256 = i.body_sha256 AS same_body
FROM incoming i
JOIN geotag_ledger l ON l.campaign_id = :campaign_id AND l.item_id = i.item_id AND l.revision = i.revision
ORDER BY i.row_no
