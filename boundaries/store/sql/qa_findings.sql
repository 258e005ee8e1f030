SELECT id, check_code, check_version, severity, level, area_code, other_code, evidence, ST_AsBinary(geom, 'NDR') AS wkb
FROM qa_findings
WHERE qa_run_id = :qa_run_id
  AND id > :after
  AND (cast(:severity AS text) IS NULL OR severity = :severity)
ORDER BY id
LIMIT cast(:limit AS int)
