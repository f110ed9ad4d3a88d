-- Checks in the month that a worker's own handling did not pass. Excluded cases stay out.
SELECT h.user_id, array_agg(DISTINCT h.id ORDER BY h.id)
FROM (
    SELECT c.id, coalesce(p.answered_by_id, c.handled_by_id) AS user_id
    FROM cases_casetransition AS t
    JOIN cases_case AS c ON c.id = t.subject_id
    LEFT JOIN cases_casepart AS p ON p.case_id = c.id AND p.role = 'assist'
    WHERE t.at >= %(start)s AND t.at < %(end)s AND c.path LIKE %(path)s
        AND t.step = 'check_fail' AND c.excluded_at IS NULL
) AS h
WHERE h.user_id IS NOT NULL
GROUP BY 1
