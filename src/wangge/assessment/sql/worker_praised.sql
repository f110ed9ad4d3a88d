-- Cases closed in the month with "very satisfied" that a worker handled or answered a part of. Excluded ones stay out.
SELECT w.user_id, array_agg(DISTINCT w.id ORDER BY w.id)
FROM (
    SELECT c.id, c.handled_by_id AS user_id
    FROM cases_case AS c
    WHERE c.closed_at >= %(start)s AND c.closed_at < %(end)s AND c.path LIKE %(path)s
        AND c.satisfaction = '5' AND c.excluded_at IS NULL
    UNION
    SELECT c.id, p.answered_by_id
    FROM cases_case AS c JOIN cases_casepart AS p ON p.case_id = c.id
    WHERE c.closed_at >= %(start)s AND c.closed_at < %(end)s AND c.path LIKE %(path)s
        AND c.satisfaction = '5' AND c.excluded_at IS NULL
) AS w
WHERE w.user_id IS NOT NULL
GROUP BY 1
