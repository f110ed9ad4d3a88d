-- Whistles closed on the day; withdrawn ones are none of them.
SELECT w.path, w.office_id, coalesce(k.code, '') AS kind_code, count(*) AS value
FROM whistle_whistle AS w LEFT JOIN duties_kind AS k ON k.id = w.matter_id
WHERE w.closed_at >= %(start)s AND w.closed_at < %(end)s AND w.state = 'closed'
GROUP BY 1, 2, 3
