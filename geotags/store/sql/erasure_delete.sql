-- All there is of some geotags. The ledger keeps that there was something, so that it does not come back;
-- whoever follows the changes is told which findings to forget.
WITH named AS (
    SELECT * FROM unnest(CAST(:item_ids AS text[]), CAST(:revisions AS integer[])) AS n (item_id, revision)
), points AS (
    DELETE FROM geotags WHERE province = ANY (:provinces) AND id = ANY (:ids)
), results AS (
    DELETE FROM geotag_results WHERE province = ANY (:provinces) AND geotag_id = ANY (:ids)
), standing AS (
    DELETE FROM findings WHERE province = ANY (:provinces) AND geotag_id = ANY (:ids)
    RETURNING id, province, geotag_id, assigned_area, key_id, cluster_id
), ended AS (
    DELETE FROM ended_findings WHERE geotag_id = ANY (:ids)
    RETURNING id, province, geotag_id, assigned_area, key_id
), told AS (
    DELETE FROM finding_changes WHERE geotag_id = ANY (:ids)
), noted AS (
    INSERT INTO finding_changes (campaign_id, kind, province, geotag_id, finding_id, assigned_area, key_id)
    SELECT :campaign_id, 'erased', f.province, f.geotag_id, f.id, f.assigned_area, f.key_id
    FROM (
        SELECT id, province, geotag_id, assigned_area, key_id FROM standing
        UNION ALL SELECT id, province, geotag_id, assigned_area, key_id FROM ended
    ) AS f
    ORDER BY f.id
), ledger AS (
    UPDATE geotag_ledger AS l
    SET erased_at = now(), body_sha256 = ''::bytea
    FROM named AS n
    WHERE l.campaign_id = :campaign_id AND l.item_id = n.item_id AND l.revision = n.revision
    RETURNING l.batch_id
), answers AS (
    DELETE FROM sync_batches WHERE batch_id IN (SELECT batch_id FROM ledger)
)
SELECT
    (SELECT count(*) FROM standing) + (SELECT count(*) FROM ended) AS findings,
    (SELECT coalesce(array_agg(DISTINCT cluster_id), '{}') FROM standing WHERE cluster_id IS NOT NULL) AS clusters
