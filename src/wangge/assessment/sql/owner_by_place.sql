LATERAL (VALUES (left(r.path_ref, 6)), (left(r.path_ref, 9))) AS v (path) ON true
JOIN assessment_place AS m ON m.path = v.path
