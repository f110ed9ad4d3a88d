-- decided_on_time
-- The same, within the limit.
SELECT w.path, t.office_id, coalesce(k.code, '') AS kind_code, count(*) AS value
FROM whistle_summonstransition AS t
JOIN whistle_summons AS s ON s.id = t.subject_id
JOIN whistle_whistle AS w ON w.id = s.whistle_id
LEFT JOIN duties_kind AS k ON k.id = w.matter_id
WHERE t.at >= %(start)s AND t.at < %(end)s AND t.step IN ('accept_objection', 'designate')
    AND t.data ->> 'on_time' = 'true'
GROUP BY 1, 2, 3
