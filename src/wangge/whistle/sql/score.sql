-- Points of the day's ratings, out of 100 each, whole points each.
SELECT w.path, s.office_id, coalesce(k.code, '') AS kind_code, sum(round(r.total))::bigint AS value
FROM whistle_rating AS r
JOIN whistle_summons AS s ON s.id = r.summons_id
JOIN whistle_whistle AS w ON w.id = s.whistle_id
LEFT JOIN duties_kind AS k ON k.id = w.matter_id
WHERE r.at >= %(start)s AND r.at < %(end)s AND NOT r.set_aside
GROUP BY 1, 2, 3
