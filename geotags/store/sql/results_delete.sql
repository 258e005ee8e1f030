DELETE FROM geotag_results WHERE geotag_id = ANY (:ids) AND province = ANY (:provinces)
