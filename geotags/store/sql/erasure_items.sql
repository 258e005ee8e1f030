SELECT n.item_id
FROM unnest(CAST(:item_ids AS text[])) AS n (item_id)
WHERE NOT EXISTS (
    SELECT FROM geotags AS g
    WHERE g.campaign_id = :campaign_id AND g.item_id = n.item_id AND NOT g.id = ANY (:ids)
)
