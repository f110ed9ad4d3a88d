-- What a fact counted, by unit: how often, and in which cases. Excluded cases stay out unless the measure keeps them.
INSERT INTO assessment_trace (period_id, frozen, unit_id, measure, number, cases, subject, rows, amounts)
SELECT %s, false, m.unit_id, %s, count(*), array_agg(r.case_ref ORDER BY r.case_ref),
    'case', ARRAY[]::bigint[], ARRAY[]::bigint[]
FROM ({rows}) AS r
JOIN cases_case AS c ON c.id = r.case_ref
LEFT JOIN duties_kind AS k ON k.id = c.kind_id
JOIN {owner}
WHERE (%s OR c.excluded_at IS NULL)
    AND c.demand_type <> ALL (%s)
    AND c.channel <> ALL (%s)
    AND NOT coalesce(k.code, '') LIKE ANY (%s)
GROUP BY m.unit_id
