-- A cluster is there as long as a finding names it.
DELETE FROM clusters AS c
WHERE c.id = ANY (:ids) AND NOT EXISTS (SELECT FROM findings AS f WHERE f.cluster_id = c.id)
