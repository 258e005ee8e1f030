-- A tile is a range of cells (see the column), so every point is in exactly one tile of a zoom; and whole
-- numbers are compared in the index, which row policies leave usable, unlike comparisons of geometries.
WITH tile AS (
    SELECT ST_TileEnvelope(CAST(:z AS integer), CAST(:x AS integer), CAST(:y AS integer)) AS envelope
),
points AS MATERIALIZED (
    SELECT g.province, g.id, g.assigned_area, ST_Transform(g.geom, 3857) AS place
    FROM geotags AS g
    WHERE g.campaign_id = :campaign_id
      AND g.is_current
      AND g.cell BETWEEN CAST(:first_cell AS bigint) AND CAST(:last_cell AS bigint)
      AND (CAST(:scope_areas AS text[]) IS NULL OR g.assigned_area ^@ ANY (CAST(:scope_areas AS text[])))
      AND (CAST(:scope_key AS integer) IS NULL OR g.key_id = CAST(:scope_key AS integer))
      AND (
          (CAST(:code AS text) IS NULL AND CAST(:severity AS text) IS NULL)
          OR EXISTS (
              SELECT 1
              FROM findings AS f
              WHERE f.province = g.province
                AND f.geotag_id = g.id
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
    (SELECT array_agg(f.geotag_id) FROM features AS f) AS geotag_ids,
    (SELECT ST_AsMVT(features, 'geotags', 4096, 'geom') FROM features) AS tile
