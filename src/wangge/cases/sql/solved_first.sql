-- Of the rated: solved or basically solved without being handled again. Excluded cases stay out.
SELECT c.path, c.lead_office_id AS office_id, coalesce(k.code, '') AS kind_code, count(*) AS value
FROM cases_case AS c LEFT JOIN duties_kind AS k ON k.id = c.kind_id
WHERE c.closed_at >= %(start)s AND c.closed_at < %(end)s AND c.solved IN ('yes', 'basically') AND c.reworks = 0 AND c.excluded_at IS NULL
GROUP BY 1, 2, 3
