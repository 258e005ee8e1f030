DELETE FROM webhooks WHERE name = :name RETURNING id
