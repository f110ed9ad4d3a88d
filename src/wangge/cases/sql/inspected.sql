-- Matters of the day found on the spot, not told by the hotline (GB/T 30428).
SELECT c.path, c.lead_office_id AS office_id, coalesce(k.code, '') AS kind_code, count(*) AS value
FROM cases_case AS c LEFT JOIN duties_kind AS k ON k.id = c.kind_id
WHERE c.created_at >= %(start)s AND c.created_at < %(end)s AND c.channel IN ('grid', 'resident', 'qr', 'visit', 'api', 'open311')
GROUP BY 1, 2, 3
