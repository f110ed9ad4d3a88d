-- Of the due: closed by now.
SELECT c.path, c.lead_office_id AS office_id, coalesce(k.code, '') AS kind_code, count(*) AS value
FROM cases_case AS c LEFT JOIN duties_kind AS k ON k.id = c.kind_id
WHERE c.finish_due_at >= %(start)s AND c.finish_due_at < %(end)s AND c.lead_office_id IS NOT NULL AND c.excluded_at IS NULL AND c.closed_at IS NOT NULL
GROUP BY 1, 2, 3
