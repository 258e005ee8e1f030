UPDATE geotag_results SET verdict = :verdict, not_assessed = CAST(:not_assessed AS jsonb)
WHERE province = :province AND geotag_id = :geotag_id
