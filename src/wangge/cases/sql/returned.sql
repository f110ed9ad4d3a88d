-- Returns of the day (派单异议), for the office that returned: the one of the last dispatch.
SELECT c.path, (
    SELECT p.to_office_id FROM cases_casetransition AS p WHERE p.subject_id = t.subject_id AND p.step = 'dispatch' AND p.at < t.at ORDER BY p.at DESC LIMIT 1
) AS office_id, coalesce(k.code, '') AS kind_code, count(*) AS value
FROM cases_casetransition AS t
JOIN cases_case AS c ON c.id = t.subject_id
LEFT JOIN duties_kind AS k ON k.id = c.kind_id
WHERE t.at >= %(start)s AND t.at < %(end)s AND t.step = 'send_back'
GROUP BY 1, 2, 3
