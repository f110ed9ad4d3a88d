-- Matters a worker found on patrol or at a visit in the month, once they were dispatched to somebody.
SELECT c.created_by_id, array_agg(c.id ORDER BY c.id)
FROM cases_case AS c
WHERE c.created_at >= %(start)s AND c.created_at < %(end)s AND c.path LIKE %(path)s
    AND c.channel IN ('grid', 'visit') AND c.dispatched_at IS NOT NULL AND c.created_by_id IS NOT NULL
GROUP BY 1
