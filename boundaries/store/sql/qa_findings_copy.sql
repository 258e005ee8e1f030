COPY qa_findings (qa_run_id, check_code, check_version, severity, level, area_code, other_code, evidence, geom)
FROM STDIN (FORMAT binary)
