-- The areas as in the area tile of boundaries/store; the counts as in summary_areas.
WITH tile AS (
    SELECT
        ST_TileEnvelope(CAST(:z AS integer), CAST(:x AS integer), CAST(:y AS integer)) AS envelope,
        ST_TileEnvelope(
            CAST(:z AS integer), CAST(:x AS integer), CAST(:y AS integer), margin => 64.0 / 4096
        ) AS with_margin,
        CASE
            WHEN CAST(:z AS integer) >= 14 THEN 0
            ELSE 40075016.68 / 2 ^ CAST(:z AS integer) / 1024
        END AS tolerance_m
),
shapes AS MATERIALIZED (
    SELECT
        v.code AS area_code,
        v.name,
        v.level,
        ST_AsMVTGeom(
            CASE
                WHEN tile.tolerance_m = 0 THEN v.geom_3857
                ELSE ST_SimplifyPreserveTopology(v.geom_3857, tile.tolerance_m)
            END,
            tile.envelope, 4096, 64, true
        ) AS geom
    FROM tile
    JOIN unit_versions AS v ON v.geom_3857 && tile.with_margin
    WHERE v.frame_id = :frame_id
      AND v.level = CAST(:level AS text)
      AND v.sys @> CAST(:published_at AS timestamptz)
      AND v.valid @> CAST(:effective_on AS date)
),
features AS (
    SELECT
        s.area_code,
        s.name,
        s.level,
        n.geotags,
        n.flagged,
        n.flagged::float8 / nullif(n.geotags, 0) AS flagged_share,
        s.geom
    FROM shapes AS s
    CROSS JOIN LATERAL (
        SELECT count(*) AS geotags, count(*) FILTER (WHERE r.verdict IN ('review', 'rejected')) AS flagged
        FROM geotags AS g
        LEFT JOIN geotag_results AS r ON r.province = g.province AND r.geotag_id = g.id
        WHERE g.campaign_id = :campaign_id
          AND g.is_current
          AND (CAST(:scope_areas AS text[]) IS NULL OR g.assigned_area ^@ ANY (CAST(:scope_areas AS text[])))
          AND (CAST(:scope_key AS integer) IS NULL OR g.key_id = CAST(:scope_key AS integer))
          AND g.assigned_area BETWEEN s.area_code
              AND s.area_code || substr(CAST(:pattern AS text), length(s.area_code) + 1)
          AND starts_with(g.assigned_area, s.area_code)
    ) AS n
    WHERE s.geom IS NOT NULL
    ORDER BY s.area_code
)
SELECT ST_AsMVT(features, 'areas', 4096, 'geom') AS tile FROM features
