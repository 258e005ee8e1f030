COPY candidate_areas (candidate_id, level, code, name, file_row, attributes, geom) FROM STDIN (FORMAT binary)
