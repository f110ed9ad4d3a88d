-- Parts a worker answered in the month.
SELECT p.answered_by_id, array_agg(p.case_id ORDER BY p.case_id)
FROM cases_casepart AS p
JOIN cases_case AS c ON c.id = p.case_id
WHERE p.answered_at >= %(start)s AND p.answered_at < %(end)s AND c.path LIKE %(path)s
    AND p.role = 'assist' AND p.answered_by_id IS NOT NULL
GROUP BY 1
