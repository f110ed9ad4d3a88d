-- The daily facts of the month, by unit, where the fact has no rows to show.
INSERT INTO assessment_trace (period_id, frozen, unit_id, measure, number, cases, subject, rows, amounts)
SELECT %(period)s, false, m.unit_id, %(measure)s, sum(r.value), ARRAY[]::bigint[],
    'case', ARRAY[]::bigint[], ARRAY[]::bigint[]
FROM (
    SELECT f.office_id AS office_ref, f.path AS path_ref, f.value
    FROM facts_dailyfact AS f
    WHERE f.fact = %(fact)s AND f.day BETWEEN %(first)s AND %(last)s AND NOT f.kind_code LIKE ANY (%(kinds)s)
) AS r
JOIN {owner}
GROUP BY m.unit_id
