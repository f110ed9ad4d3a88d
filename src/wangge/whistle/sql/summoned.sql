-- Summonses sent on the day, by the office called.
SELECT w.path, s.office_id, coalesce(k.code, '') AS kind_code, count(*) AS value
FROM whistle_summons AS s
JOIN whistle_whistle AS w ON w.id = s.whistle_id
LEFT JOIN duties_kind AS k ON k.id = w.matter_id
WHERE s.summoned_at >= %(start)s AND s.summoned_at < %(end)s
GROUP BY 1, 2, 3
