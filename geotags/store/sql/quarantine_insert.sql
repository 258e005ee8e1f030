INSERT INTO quarantine (campaign_id, key_id, areas, batch_id, item_id, body, body_sha256, reason, field)
SELECT
    :campaign_id, CAST(:key_id AS integer), CAST(:areas AS text[]), CAST(:batch_id AS uuid), n.item_id, n.body,
    n.body_sha256, n.reason, n.field
FROM unnest(
    CAST(:item_ids AS text[]), CAST(:bodies AS bytea[]), CAST(:hashes AS bytea[]), CAST(:reasons AS text[]),
    CAST(:fields AS text[])
) AS n (item_id, body, body_sha256, reason, field)
ON CONFLICT DO NOTHING
