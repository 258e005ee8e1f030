-- Rows that are not taken: their household was erased, or another key has sent their item. They leave the
-- batch. Of several keys the first one has it.
DELETE FROM incoming AS i
USING (
    SELECT
        n.row_no,
        bool_and(l.erased_at IS NOT NULL)
            OR bool_or(l.erased_at IS NOT NULL AND l.revision = n.revision) AS is_erased
    FROM incoming AS n
    JOIN geotag_ledger AS l ON l.campaign_id = :campaign_id AND l.item_id = n.item_id
    GROUP BY n.row_no
    HAVING bool_or(l.key_id IS DISTINCT FROM CAST(:key_id AS integer))
        OR bool_and(l.erased_at IS NOT NULL)
        OR bool_or(l.erased_at IS NOT NULL AND l.revision = n.revision)
) AS r
WHERE i.row_no = r.row_no
RETURNING i.row_no, r.is_erased
