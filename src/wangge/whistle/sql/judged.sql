-- Judgements of the day, by the office that blew; set-aside ones stay out.
SELECT w.path, w.office_id, coalesce(k.code, '') AS kind_code, count(*) AS value
FROM whistle_judgement AS j
JOIN whistle_whistle AS w ON w.id = j.whistle_id
LEFT JOIN duties_kind AS k ON k.id = w.matter_id
WHERE j.at >= %(start)s AND j.at < %(end)s AND NOT j.set_aside
GROUP BY 1, 2, 3
