-- Praise filed on the day, by the office it was given to (its lead) and the place.
SELECT c.path, c.lead_office_id AS office_id, coalesce(k.code, '') AS kind_code, count(*) AS value
FROM cases_case AS c LEFT JOIN duties_kind AS k ON k.id = c.kind_id
WHERE c.created_at >= %(start)s AND c.created_at < %(end)s AND c.demand_type = 'praise'
GROUP BY 1, 2, 3
