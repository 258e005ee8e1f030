INSERT INTO rejudgings (campaign_id, release_id, areas, ended_at)
VALUES (:campaign_id, :release_id, :areas, CASE WHEN :areas = 0 THEN now() END)
