-- Each finding that comes is noted in the log of changes.
WITH made AS (
    INSERT INTO findings (
        campaign_id, release_id, province, geotag_id, assigned_area, key_id, check_code, check_version, severity,
        distance_m, probability, evidence, cluster_id
    )
    SELECT
        :campaign_id, :release_id, n.province, n.geotag_id, n.assigned_area, n.key_id, n.check_code, n.check_version,
        n.severity, n.distance_m, n.probability, n.evidence, n.cluster_id
    FROM ROWS FROM (
        unnest(CAST(:province AS text[])), unnest(CAST(:geotag_id AS bigint[])), unnest(CAST(:assigned_area AS text[])),
        unnest(CAST(:key_id AS integer[])), unnest(CAST(:check_code AS text[])),
        unnest(CAST(:check_version AS integer[])), unnest(CAST(:severity AS text[])),
        unnest(CAST(:distance_m AS float8[])), unnest(CAST(:probability AS float8[])),
        unnest(CAST(:cluster_id AS bigint[])), jsonb_array_elements(CAST(:evidence AS jsonb))
    ) AS n (
        province, geotag_id, assigned_area, key_id, check_code, check_version, severity, distance_m, probability,
        cluster_id, evidence
    )
    RETURNING id, province, geotag_id, assigned_area, key_id
)
INSERT INTO finding_changes (campaign_id, kind, province, geotag_id, finding_id, assigned_area, key_id)
SELECT :campaign_id, 'created', province, geotag_id, id, assigned_area, key_id
FROM made
ORDER BY id
