DELETE FROM findings
WHERE geotag_id = ANY (:ids) AND province = ANY (:provinces) AND check_code = ANY (:codes)
