DELETE FROM findings WHERE id = ANY (:ids) AND province = ANY (:provinces)
