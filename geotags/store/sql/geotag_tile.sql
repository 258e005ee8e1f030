-- A tile holds its west and north edges, not its east and south ones (the last column and row also
-- hold the edge of the world), so that every point is in exactly one tile of a zoom. For the
-- index alone the tile is written in degrees, a metre wider: a transformed envelope would wrap at 180.
WITH tile AS (
    SELECT
        e.envelope,
        ST_XMin(e.envelope) AS west,
        ST_YMin(e.envelope) AS south,
        ST_XMax(e.envelope) AS east,
        ST_YMax(e.envelope) AS north,
        ST_MakeEnvelope(
            e.x / e.tiles * 360 - 180 - 1e-5,
            degrees(atan(sinh(pi() * (1 - 2 * (e.y + 1) / e.tiles)))) - 1e-5,
            (e.x + 1) / e.tiles * 360 - 180 + 1e-5,
            degrees(atan(sinh(pi() * (1 - 2 * e.y / e.tiles)))) + 1e-5,
            4326
        ) AS near,
        CAST(e.tiles - 1 AS integer) AS last
    FROM (
        SELECT
            ST_TileEnvelope(CAST(:z AS integer), CAST(:x AS integer), CAST(:y AS integer)) AS envelope,
            CAST(:x AS float8) AS x,
            CAST(:y AS float8) AS y,
            CAST(2 ^ CAST(:z AS integer) AS float8) AS tiles
    ) AS e
),
candidates AS (
    SELECT g.province, g.id, g.assigned_area, ST_Transform(g.geom, 3857) AS place
    FROM tile
    JOIN geotags AS g ON g.geom && tile.near
    WHERE g.campaign_id = :campaign_id AND g.is_current
      AND (CAST(:scope_areas AS text[]) IS NULL OR g.assigned_area ^@ ANY (CAST(:scope_areas AS text[])))
      AND (CAST(:scope_key AS integer) IS NULL OR g.key_id = CAST(:scope_key AS integer))
),
points AS MATERIALIZED (
    SELECT c.province, c.id, c.assigned_area, c.place
    FROM candidates AS c
    CROSS JOIN tile
    WHERE (ST_X(c.place) >= tile.west OR CAST(:x AS integer) = 0)
      AND (ST_X(c.place) < tile.east OR CAST(:x AS integer) = tile.last)
      AND (ST_Y(c.place) <= tile.north OR CAST(:y AS integer) = 0)
      AND (ST_Y(c.place) > tile.south OR CAST(:y AS integer) = tile.last)
      AND (
          (CAST(:code AS text) IS NULL AND CAST(:severity AS text) IS NULL)
          OR EXISTS (
              SELECT 1
              FROM findings AS f
              WHERE f.province = c.province
                AND f.geotag_id = c.id
                AND f.campaign_id = :campaign_id
                AND (CAST(:code AS text) IS NULL OR f.check_code = CAST(:code AS text))
                AND (CAST(:severity AS text) IS NULL OR f.severity = CAST(:severity AS text))
          )
      )
    -- One more than may be sent tells that there are too many; then none of them is used.
    LIMIT CAST(:most AS bigint) + 1
),
found AS (
    SELECT
        f.province,
        f.geotag_id,
        min(array_position(ARRAY['error', 'review', 'info'], f.severity)) AS worst,
        string_agg(DISTINCT f.check_code, ',' ORDER BY f.check_code) AS codes
    FROM points AS p
    JOIN findings AS f ON f.province = p.province AND f.geotag_id = p.id
    WHERE f.campaign_id = :campaign_id
    GROUP BY f.province, f.geotag_id
),
features AS (
    SELECT
        p.id AS geotag_id,
        r.verdict,
        (ARRAY['error', 'review', 'info'])[found.worst] AS severity,
        found.codes,
        p.assigned_area,
        ST_AsMVTGeom(p.place, tile.envelope, 4096, 0, false) AS geom
    FROM points AS p
    CROSS JOIN tile
    LEFT JOIN geotag_results AS r ON r.province = p.province AND r.geotag_id = p.id
    LEFT JOIN found ON found.province = p.province AND found.geotag_id = p.id
    WHERE (SELECT count(*) FROM points) <= CAST(:most AS bigint)
    ORDER BY p.id
)
SELECT
    (SELECT count(*) FROM points) AS points,
    (SELECT ST_AsMVT(features, 'geotags', 4096, 'geom') FROM features) AS tile
