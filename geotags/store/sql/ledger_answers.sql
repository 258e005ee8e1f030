UPDATE geotag_ledger AS l
SET answer = CAST(n.answer AS jsonb)
FROM unnest(CAST(:item_ids AS text[]), CAST(:revisions AS integer[]), CAST(:answers AS text[]))
    AS n (item_id, revision, answer)
WHERE l.campaign_id = :campaign_id AND l.item_id = n.item_id AND l.revision = n.revision
