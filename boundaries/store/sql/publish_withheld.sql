-- Two areas of one code cannot both be right, and Patok does not choose. An area that fell together on
-- the coordinate grid cannot say whether a point lies inside.
INSERT INTO publish_withheld (level, segment_key, code)
SELECT level, left(code, cast(:width AS int)), code
FROM candidate_areas
WHERE candidate_id = :candidate_id
GROUP BY level, code
HAVING count(*) > 1 OR bool_or(ST_IsEmpty(geom))
