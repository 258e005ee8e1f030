SELECT judged_release_id FROM campaigns WHERE id = :campaign_id
