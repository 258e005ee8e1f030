SELECT level FROM unit_versions WHERE frame_id = :frame_id AND upper_inf(sys) GROUP BY level
