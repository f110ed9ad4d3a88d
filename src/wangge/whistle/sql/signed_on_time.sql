-- Sign clocks that ended on the day within the limit.
SELECT w.path, s.office_id, coalesce(k.code, '') AS kind_code, count(*) AS value
FROM whistle_summonsclock AS c
JOIN whistle_summons AS s ON s.id = c.summons_id
JOIN whistle_whistle AS w ON w.id = s.whistle_id
LEFT JOIN duties_kind AS k ON k.id = w.matter_id
WHERE c.stopped_at >= %(start)s AND c.stopped_at < %(end)s AND c.name = 'sign' AND c.outcome = 'on_time'
    AND s.state NOT IN ('prepared', 'released')
GROUP BY 1, 2, 3
