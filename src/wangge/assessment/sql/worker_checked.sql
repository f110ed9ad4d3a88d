-- Checks on the spot a worker made in the month, passed or not.
SELECT t.actor_id, array_agg(t.subject_id ORDER BY t.subject_id)
FROM cases_casetransition AS t
JOIN cases_case AS c ON c.id = t.subject_id
WHERE t.at >= %(start)s AND t.at < %(end)s AND c.path LIKE %(path)s
    AND t.step IN ('check_pass', 'check_fail') AND t.actor_id IS NOT NULL
GROUP BY 1
