-- Of the open ones: past their finish limit at the end of the day.
SELECT path, office_id, kind_code, sum(n) AS value FROM (
    SELECT c.path, c.lead_office_id AS office_id, coalesce(k.code, '') AS kind_code, count(*) AS n
    FROM cases_case AS c LEFT JOIN duties_kind AS k ON k.id = c.kind_id
    WHERE c.state IN ('received', 'dispatched', 'returned', 'handling', 'suspended', 'replied', 'checked') AND c.created_at < %(end)s AND c.finish_due_at < %(end)s
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT c.path, c.lead_office_id, coalesce(k.code, ''), count(*)
    FROM cases_case AS c LEFT JOIN duties_kind AS k ON k.id = c.kind_id
    WHERE c.closed_at >= %(end)s AND c.created_at < %(end)s AND c.finish_due_at < %(end)s
    GROUP BY 1, 2, 3
) AS both_parts
GROUP BY 1, 2, 3
