-- Cases filed on the day that repeat another; they count for the office that answers for the other one.
SELECT c.path, coalesce(c.lead_office_id, r.lead_office_id) AS office_id, coalesce(k.code, '') AS kind_code, count(*) AS value
FROM cases_case AS c
JOIN cases_case AS r ON r.id = c.root_id
LEFT JOIN duties_kind AS k ON k.id = c.kind_id
WHERE c.created_at >= %(start)s AND c.created_at < %(end)s
GROUP BY 1, 2, 3
