-- Rows whose item another key has sent; they leave the batch. Of several keys the first one has it.
DELETE FROM incoming AS i
USING geotag_ledger AS l
WHERE l.campaign_id = :campaign_id AND l.item_id = i.item_id
    AND l.key_id IS DISTINCT FROM CAST(:key_id AS integer)
RETURNING i.row_no
