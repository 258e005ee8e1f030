SELECT code, name, file_row, attributes, ST_AsBinary(geom, 'NDR') AS wkb
FROM candidate_areas
WHERE candidate_id = :candidate_id AND level = :level
ORDER BY id
