INSERT INTO releases (frame_id, number, label, effective_on, published_at, boundary_sigma_m,
                      forced_reason, reverted_to, reverted_reason, candidate_id)
VALUES (:frame_id, :number, :label, :new_effective_on, :new_published_at, :boundary_sigma_m,
        :forced_reason, :reverted_to, :reverted_reason, :candidate_id)
RETURNING id
