-- Of the rated: basically satisfied, for places that count it less. Excluded cases stay out.
SELECT c.path, c.lead_office_id AS office_id, coalesce(k.code, '') AS kind_code, count(*) AS value
FROM cases_case AS c LEFT JOIN duties_kind AS k ON k.id = c.kind_id
WHERE c.closed_at >= %(start)s AND c.closed_at < %(end)s AND c.solved <> '' AND c.excluded_at IS NULL AND c.satisfaction = '3'
GROUP BY 1, 2, 3
