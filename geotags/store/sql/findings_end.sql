-- Findings by their ids, and all of geotags that were replaced, become history; their clusters are given back.
WITH gone AS (
    DELETE FROM findings
    WHERE province = ANY (:provinces) AND (id = ANY (:ids) OR geotag_id = ANY (:left_ids))
    RETURNING *
), kept AS (
    INSERT INTO ended_findings (
        id, province, geotag_id, campaign_id, release_id, check_code, check_version, severity, distance_m, probability,
        evidence, assigned_area, key_id, created_at
    )
    SELECT
        id, province, geotag_id, campaign_id, release_id, check_code, check_version, severity, distance_m, probability,
        evidence, assigned_area, key_id, created_at
    FROM gone
), noted AS (
    INSERT INTO finding_changes (campaign_id, kind, province, geotag_id, finding_id, assigned_area, key_id)
    SELECT campaign_id, 'ended', province, geotag_id, id, assigned_area, key_id
    FROM gone
    ORDER BY id
)
SELECT DISTINCT cluster_id FROM gone WHERE cluster_id IS NOT NULL
