-- Contact clocks that ended on the day within the limit. Excluded cases stay out,
-- and so do clocks that a return or a link ended.
SELECT c.path, c.lead_office_id AS office_id, coalesce(k.code, '') AS kind_code, count(*) AS value
FROM cases_caseclock AS l
JOIN cases_case AS c ON c.id = l.case_id
LEFT JOIN duties_kind AS k ON k.id = c.kind_id
WHERE l.stopped_at >= %(start)s AND l.stopped_at < %(end)s AND l.name = 'contact' AND l.outcome = 'on_time' AND c.excluded_at IS NULL
    AND NOT EXISTS (
        SELECT FROM cases_casetransition AS t
        WHERE t.subject_id = l.case_id AND t.at = l.stopped_at AND t.step IN ('accept_return', 'uphold', 'link')
    )
GROUP BY 1, 2, 3
