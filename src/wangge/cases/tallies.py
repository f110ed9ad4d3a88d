"""Exact counts that do not grow with the table.

A statement-level trigger writes, in the writer's own transaction, one row per (community, office, state) it
changed: append-only, so writers never wait for each other. Office 0 stands for the case itself, counted once;
beside it stands a row for every office that has a part in it. A count is a sum; ``compact`` folds the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db import connection, transaction
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Left

from wangge.cases.models import CaseTally

# Rows of a case as they are counted: once as office 0, once for each of its offices.
_COUNTED: Final = """
    CROSS JOIN LATERAL (SELECT 0::bigint AS office UNION ALL SELECT DISTINCT unnest(c.office_ids)) AS o
"""

FUNCTION_SQL: Final = f"""
CREATE OR REPLACE FUNCTION cases_tally_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO cases_casetally (path, office_id, state, number)
        SELECT left(c.path, 12), o.office, c.state, count(*) FROM fresh AS c {_COUNTED} GROUP BY 1, 2, 3;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO cases_casetally (path, office_id, state, number)
        SELECT left(c.path, 12), o.office, c.state, -count(*) FROM stale AS c {_COUNTED} GROUP BY 1, 2, 3;
    ELSE
        INSERT INTO cases_casetally (path, office_id, state, number)
        SELECT left(c.path, 12), o.office, c.state, sum(c.n) FROM (
            SELECT path, office_ids, state, 1 AS n FROM fresh
            UNION ALL
            SELECT path, office_ids, state, -1 FROM stale
        ) AS c {_COUNTED} GROUP BY 1, 2, 3 HAVING sum(c.n) <> 0;
    END IF;
    RETURN NULL;
END $$;
"""  # noqa: S608 - our own SQL in two pieces

REBUILD_SQL: Final = f"""
INSERT INTO cases_casetally (path, office_id, state, number)
SELECT left(c.path, 12), o.office, c.state, count(*) FROM cases_case AS c {_COUNTED} GROUP BY 1, 2, 3
"""  # noqa: S608 - our own SQL in two pieces

TRIGGER_SQL: Final = f"""
{FUNCTION_SQL}
CREATE TRIGGER cases_tally_insert AFTER INSERT ON cases_case REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION cases_tally_write();
CREATE TRIGGER cases_tally_update AFTER UPDATE ON cases_case REFERENCING OLD TABLE AS stale NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION cases_tally_write();
CREATE TRIGGER cases_tally_delete AFTER DELETE ON cases_case REFERENCING OLD TABLE AS stale
    FOR EACH STATEMENT EXECUTE FUNCTION cases_tally_write();
"""

DROP_SQL: Final = """
DROP TRIGGER cases_tally_insert ON cases_case;
DROP TRIGGER cases_tally_update ON cases_case;
DROP TRIGGER cases_tally_delete ON cases_case;
DROP FUNCTION cases_tally_write();
"""


def count(*, paths: Sequence[str], states: Sequence[str] | None = None, office_id: int = 0) -> int:
    """How many cases lie below any of ``paths`` (each at most 12 digits; ``""``: anywhere), exactly.

    With ``office_id`` only those in which the office has a part.
    """
    rows = _below(paths, office_id)
    if states is not None:
        rows = rows.filter(state__in=states)
    return rows.aggregate(total=Sum("number"))["total"] or 0


def by_state(paths: Sequence[str]) -> dict[str, int]:
    """Counts per state below ``paths``, in one read."""
    rows = _below(paths).values_list("state").annotate(total=Sum("number"))
    return {state: total for state, total in rows if total}


def by_place(paths: Sequence[str], *, digits: int, states: Sequence[str]) -> dict[str, int]:
    """Counts in ``states`` per place of ``digits`` digits below ``paths``; shallower cases under their own path."""
    rows = _below(paths).filter(state__in=states).annotate(place=Left("path", digits))
    return {place: n for place, n in rows.values_list("place").annotate(total=Sum("number")) if n}


def _below(paths: Sequence[str], office_id: int = 0) -> QuerySet[CaseTally]:
    below = Q(pk__in=())
    for path in paths:
        below |= Q(path__startswith=path)
    return CaseTally.objects.filter(below, office_id=office_id)


@transaction.atomic
def compact() -> int:
    """Fold the rows of each key into one; readers see the same sums before and after. Returns rows folded."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('cases.tally'))")
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(
            """
            WITH keys AS (SELECT path, office_id, state FROM cases_casetally
                          GROUP BY 1, 2, 3 HAVING count(*) > 1 OR sum(number) = 0),
                 gone AS (DELETE FROM cases_casetally AS t USING keys AS k
                          WHERE (t.path, t.office_id, t.state) = (k.path, k.office_id, k.state)
                          RETURNING t.path, t.office_id, t.state, t.number),
                 kept AS (INSERT INTO cases_casetally (path, office_id, state, number)
                          SELECT path, office_id, state, sum(number) FROM gone
                          GROUP BY 1, 2, 3 HAVING sum(number) <> 0 RETURNING 1)
            SELECT (SELECT count(*) FROM gone) - (SELECT count(*) FROM kept)
            """
        )
        folded: int = cursor.fetchone()[0]
    return folded


@transaction.atomic
def rebuild() -> int:
    """Count every case anew; how many there are. Writers wait meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE cases_case IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("DELETE FROM cases_casetally")
        cursor.execute(REBUILD_SQL)
    return count(paths=[""])


def check() -> dict[str, int]:
    """Differences between the tallies and a full count, by state, and by state for the offices' own rows; empty
    when all is well (``wangge doctor``)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(t.key, c.key), coalesce(t.n, 0) - coalesce(c.n, 0)
            FROM (SELECT CASE WHEN office_id = 0 THEN state ELSE state || ' (offices)' END AS key, sum(number) AS n
                  FROM cases_casetally GROUP BY 1) AS t
            FULL JOIN (
                SELECT state AS key, count(*) AS n FROM cases_case GROUP BY 1
                UNION ALL
                SELECT c.state || ' (offices)', count(*) FROM cases_case AS c
                    CROSS JOIN LATERAL (SELECT DISTINCT unnest(c.office_ids)) AS o GROUP BY 1
            ) AS c USING (key)
            WHERE coalesce(t.n, 0) <> coalesce(c.n, 0)
            """
        )
        return {key: int(difference) for key, difference in cursor.fetchall()}
