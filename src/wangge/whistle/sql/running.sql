-- Whistles alive at the end of the day: blown before, and not over or over since.
SELECT w.path, w.office_id, coalesce(k.code, '') AS kind_code, count(*) AS value
FROM whistle_whistle AS w LEFT JOIN duties_kind AS k ON k.id = w.matter_id
WHERE w.blown_at < %(end)s AND (w.closed_at IS NULL OR w.closed_at >= %(end)s)
GROUP BY 1, 2, 3
