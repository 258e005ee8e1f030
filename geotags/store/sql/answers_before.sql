-- What was answered about items that the ledger knows, and what holds of them now.
SELECT n.row_no, first.answer, g.revision AS current_revision, r.verdict AS current_verdict
FROM unnest(CAST(:rows AS integer[]), CAST(:item_ids AS text[]), CAST(:revisions AS integer[]))
    AS n (row_no, item_id, revision)
JOIN geotag_ledger AS l
    ON l.campaign_id = :campaign_id AND l.item_id = n.item_id AND l.revision = n.revision
LEFT JOIN geotag_results AS first ON first.province = l.province AND first.geotag_id = l.geotag_id
LEFT JOIN geotags AS g ON g.campaign_id = :campaign_id AND g.item_id = n.item_id AND g.is_current
LEFT JOIN geotag_results AS r ON r.province = g.province AND r.geotag_id = g.id
