-- Half a screen pixel (512 to a tile) of simplification; from zoom 14 on the vertices as they are.
WITH tile AS (
    SELECT
        ST_TileEnvelope(CAST(:z AS integer), CAST(:x AS integer), CAST(:y AS integer)) AS envelope,
        ST_TileEnvelope(CAST(:z AS integer), CAST(:x AS integer), CAST(:y AS integer), margin => 64.0 / 4096) AS with_margin,
        CASE WHEN CAST(:z AS integer) >= 14 THEN 0 ELSE 40075016.68 / 2 ^ CAST(:z AS integer) / 1024 END AS tolerance_m
),
shapes AS (
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
    ORDER BY v.code
)
SELECT ST_AsMVT(shapes, 'areas', 4096, 'geom') AS tile
FROM shapes
WHERE shapes.geom IS NOT NULL
