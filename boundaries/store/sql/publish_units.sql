-- A code that is there goes on as the same unit; one that is not begins a new unit, which is never reused.
UPDATE publish_incoming i
SET unit_id = coalesce(i.unit_id, a.unit_id, gen_random_uuid()),
    is_kept = coalesce(a.is_kept, false),
    is_new_unit = i.unit_id IS NULL AND a.unit_id IS NULL
FROM publish_incoming j
LEFT JOIN publish_affected a ON a.level = j.level AND a.code = j.code
WHERE j.source_id = i.source_id
