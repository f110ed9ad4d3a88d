-- Suspensions of the day (挂账).
SELECT c.path, c.lead_office_id AS office_id, coalesce(k.code, '') AS kind_code, count(*) AS value
FROM cases_casetransition AS t
JOIN cases_case AS c ON c.id = t.subject_id
LEFT JOIN duties_kind AS k ON k.id = c.kind_id
WHERE t.at >= %(start)s AND t.at < %(end)s AND t.step = 'suspend'
GROUP BY 1, 2, 3
