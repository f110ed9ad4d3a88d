-- What a fact counted other than cases, by unit: how often or how much, and each row with what it is worth.
INSERT INTO assessment_trace (period_id, frozen, unit_id, measure, number, cases, subject, rows, amounts)
SELECT t.period, false, m.unit_id, t.measure, sum(r.trace_amount), ARRAY[]::bigint[], t.subject,
    array_agg(r.{row} ORDER BY r.{row}, r.trace_amount),
    CASE WHEN t.weighed THEN array_agg(r.trace_amount ORDER BY r.{row}, r.trace_amount) ELSE ARRAY[]::bigint[] END
FROM (SELECT %s::bigint AS period, %s::text AS measure, %s::text AS subject, %s::boolean AS weighed) AS t
CROSS JOIN ({rows}) AS r
JOIN {owner}
WHERE NOT coalesce(r.kind_ref, '') LIKE ANY (%s)
GROUP BY m.unit_id, t.period, t.measure, t.subject, t.weighed
