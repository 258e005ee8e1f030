-- What is left of a campaign whose geotags are gone.
WITH batches AS (
    DELETE FROM sync_batches
    WHERE batch_id IN (
        SELECT batch_id FROM geotag_ledger WHERE campaign_id = :campaign_id
        UNION SELECT batch_id FROM quarantine WHERE campaign_id = :campaign_id
    )
), aside AS (
    DELETE FROM quarantine WHERE campaign_id = :campaign_id RETURNING id
), ledger AS (
    DELETE FROM geotag_ledger WHERE campaign_id = :campaign_id
), changes AS (
    DELETE FROM finding_changes WHERE campaign_id = :campaign_id
), groups AS (
    DELETE FROM clusters WHERE campaign_id = :campaign_id
), waiting AS (
    DELETE FROM waiting_groups WHERE campaign_id = :campaign_id
), addresses AS (
    DELETE FROM webhooks WHERE campaign_id = :campaign_id
), again AS (
    DELETE FROM rejudgings WHERE campaign_id = :campaign_id
)
SELECT id FROM aside
