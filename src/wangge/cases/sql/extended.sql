-- Extensions granted on the day (延期).
SELECT c.path, c.lead_office_id AS office_id, coalesce(k.code, '') AS kind_code, count(*) AS value
FROM cases_caserequest AS q
JOIN cases_case AS c ON c.id = q.case_id
LEFT JOIN duties_kind AS k ON k.id = c.kind_id
WHERE q.decided_at >= %(start)s AND q.decided_at < %(end)s AND q.kind = 'extension' AND q.state = 'approved'
GROUP BY 1, 2, 3
