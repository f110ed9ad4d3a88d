-- Matters of danger to life filed on the day: 特急, or 紧急 of a kind that is urgent by nature.
SELECT c.path, c.lead_office_id AS office_id, coalesce(k.code, '') AS kind_code, count(*) AS value
FROM cases_case AS c LEFT JOIN duties_kind AS k ON k.id = c.kind_id
WHERE c.created_at >= %(start)s AND c.created_at < %(end)s
  AND (c.urgency = 'emergency' OR (c.urgency = 'urgent' AND k.urgent))
GROUP BY 1, 2, 3
