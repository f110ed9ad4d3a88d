-- Replies of the day whose finish clock, stopped by that reply, was within the limit.
SELECT c.path, c.lead_office_id AS office_id, coalesce(k.code, '') AS kind_code, count(*) AS value
FROM cases_casetransition AS t
JOIN cases_case AS c ON c.id = t.subject_id
JOIN cases_caseclock AS l ON l.case_id = c.id AND l.name = 'finish' AND l.stopped_at = t.at
LEFT JOIN duties_kind AS k ON k.id = c.kind_id
WHERE t.at >= %(start)s AND t.at < %(end)s AND t.step = 'reply' AND l.outcome = 'on_time' AND c.excluded_at IS NULL
GROUP BY 1, 2, 3
