DELETE FROM candidate_areas
WHERE candidate_id = :candidate_id
  AND level = :level
  AND left(code, cast(:width AS int)) = ANY (cast(:keys AS text[]))
