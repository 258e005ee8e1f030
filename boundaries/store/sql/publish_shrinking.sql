-- Where the candidate has less than half of the areas that the release before had: one mistyped code, or a
-- part of a layer, would retire all the others.
WITH loaded AS (
    SELECT level, left(code, cast(:width AS int)) AS segment_key, count(*) AS n
    FROM candidate_areas
    WHERE candidate_id = :candidate_id
    GROUP BY level, left(code, cast(:width AS int))
), published AS (
    SELECT level, segment_key, count(*) AS n
    FROM unit_versions
    JOIN publish_scope USING (level, segment_key)
    WHERE frame_id = :frame_id
      AND sys @> cast(:older_at AS timestamptz) AND valid @> cast(:older_on AS date)
    GROUP BY level, segment_key
)
SELECT segment_key, level, published.n AS published, loaded.n AS loaded
FROM published
JOIN loaded USING (level, segment_key)
WHERE loaded.n * 2 < published.n
ORDER BY segment_key, level
