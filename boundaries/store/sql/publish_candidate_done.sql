-- The withheld areas stay, for whoever has to decide between them.
DELETE FROM candidate_areas a
USING publish_incoming i
WHERE a.id = i.source_id
