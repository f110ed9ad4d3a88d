-- Whistles blown on the day, by the office that blew.
SELECT w.path, w.office_id, coalesce(k.code, '') AS kind_code, count(*) AS value
FROM whistle_whistle AS w LEFT JOIN duties_kind AS k ON k.id = w.matter_id
WHERE w.blown_at >= %(start)s AND w.blown_at < %(end)s
GROUP BY 1, 2, 3
