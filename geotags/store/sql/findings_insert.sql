INSERT INTO findings (
    campaign_id, release_id, province, geotag_id, assigned_area, key_id, check_code, check_version, severity,
    distance_m, probability, evidence, cluster_id
)
SELECT
    :campaign_id, :release_id, n.province, n.geotag_id, n.assigned_area, n.key_id, n.check_code, n.check_version,
    n.severity, n.distance_m, n.probability, CAST(n.evidence AS jsonb), n.cluster_id
FROM unnest(
    CAST(:province AS text[]), CAST(:geotag_id AS bigint[]), CAST(:assigned_area AS text[]),
    CAST(:key_id AS integer[]), CAST(:check_code AS text[]), CAST(:check_version AS integer[]),
    CAST(:severity AS text[]), CAST(:distance_m AS float8[]), CAST(:probability AS float8[]),
    CAST(:evidence AS text[]), CAST(:cluster_id AS bigint[])
) AS n (
    province, geotag_id, assigned_area, key_id, check_code, check_version, severity, distance_m, probability,
    evidence, cluster_id
)
