-- One line per row of the batch, in its order: whether the ledger took it, and if not, why.
SELECT
    i.row_no, l.geotag_id, l.province,
    l.geotag_id = i.geotag_id AS is_new,
    l.body_sha256 = i.body_sha256 AS same_body
FROM incoming i
JOIN geotag_ledger l ON l.campaign_id = :campaign_id AND l.item_id = i.item_id AND l.revision = i.revision
ORDER BY i.row_no
