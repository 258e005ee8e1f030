UPDATE campaigns SET judged_release_id = greatest(judged_release_id, :release_id) WHERE id = :campaign_id
