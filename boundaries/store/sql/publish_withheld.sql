-- Two areas of one code cannot both be right, and Patok does not choose. An area that fell together on
-- the coordinate grid cannot say whether a point lies inside. What is no code names no place in the frame.
INSERT INTO publish_withheld (level, segment_key, code)
SELECT level, left(code, cast(:width AS int)), code
FROM candidate_areas
JOIN unnest(cast(:scheme_levels AS text[]), cast(:expressions AS text[])) AS scheme (level, expression)
  USING (level)
WHERE candidate_id = :candidate_id
GROUP BY level, code, expression
HAVING count(*) > 1 OR bool_or(ST_IsEmpty(geom)) OR code !~ ('^' || expression || '$')
