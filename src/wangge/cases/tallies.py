"""Exact counts that do not grow with the table.

A statement-level trigger writes, in the writer's own transaction, one row per (community, lead, state) it
changed: append-only, so writers never wait for each other. A count is the sum; ``compact`` folds the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db import connection, transaction
from django.db.models import Q, Sum
from django.db.models.functions import Left

from wangge.cases.models import CaseTally

TRIGGER_SQL: Final = """
CREATE FUNCTION cases_tally_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO cases_casetally (path, lead_office_id, state, number)
        SELECT left(path, 12), coalesce(lead_office_id, 0), state, count(*) FROM fresh GROUP BY 1, 2, 3;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO cases_casetally (path, lead_office_id, state, number)
        SELECT left(path, 12), coalesce(lead_office_id, 0), state, -count(*) FROM stale GROUP BY 1, 2, 3;
    ELSE
        INSERT INTO cases_casetally (path, lead_office_id, state, number)
        SELECT path, lead, state, sum(n) FROM (
            SELECT left(path, 12) AS path, coalesce(lead_office_id, 0) AS lead, state, 1 AS n FROM fresh
            UNION ALL
            SELECT left(path, 12), coalesce(lead_office_id, 0), state, -1 FROM stale
        ) AS both_sides GROUP BY 1, 2, 3 HAVING sum(n) <> 0;
    END IF;
    RETURN NULL;
END $$;
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


def count(*, paths: Sequence[str], states: Sequence[str] | None = None, lead_office_id: int | None = None) -> int:
    """How many cases lie below any of ``paths`` (each at most 12 digits), exactly."""
    below = Q(pk__in=())
    for path in paths:
        below |= Q(path__startswith=path)
    rows = CaseTally.objects.filter(below)
    if states is not None:
        rows = rows.filter(state__in=states)
    if lead_office_id is not None:
        rows = rows.filter(lead_office_id=lead_office_id)
    return rows.aggregate(total=Sum("number"))["total"] or 0


def by_state(paths: Sequence[str]) -> dict[str, int]:
    """Counts per state below ``paths``, in one read."""
    below = Q(pk__in=())
    for path in paths:
        below |= Q(path__startswith=path)
    rows = CaseTally.objects.filter(below).values_list("state").annotate(total=Sum("number"))
    return {state: total for state, total in rows if total}


def by_place(paths: Sequence[str], *, digits: int, states: Sequence[str]) -> dict[str, int]:
    """Counts in ``states`` per place of ``digits`` digits below ``paths``; shallower cases under their own path."""
    below = Q(pk__in=())
    for path in paths:
        below |= Q(path__startswith=path)
    rows = CaseTally.objects.filter(below, state__in=states).annotate(place=Left("path", digits))
    return {place: n for place, n in rows.values_list("place").annotate(total=Sum("number")) if n}


@transaction.atomic
def compact() -> int:
    """Fold the rows of each key into one; readers see the same sums before and after. Returns rows folded."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('cases.tally'))")
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(
            """
            WITH gone AS (DELETE FROM cases_casetally RETURNING path, lead_office_id, state, number),
                 kept AS (INSERT INTO cases_casetally (path, lead_office_id, state, number)
                          SELECT path, lead_office_id, state, sum(number) FROM gone
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
        cursor.execute(
            """
            INSERT INTO cases_casetally (path, lead_office_id, state, number)
            SELECT left(path, 12), coalesce(lead_office_id, 0), state, count(*) FROM cases_case GROUP BY 1, 2, 3
            """
        )
    return CaseTally.objects.aggregate(total=Sum("number"))["total"] or 0


def check() -> dict[str, int]:
    """Differences between the tallies and a full count by state; empty when all is well (``wangge doctor``)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(t.state, c.state), coalesce(t.n, 0) - coalesce(c.n, 0)
            FROM (SELECT state, sum(number) AS n FROM cases_casetally GROUP BY state) AS t
            FULL JOIN (SELECT state, count(*) AS n FROM cases_case GROUP BY state) AS c USING (state)
            WHERE coalesce(t.n, 0) <> coalesce(c.n, 0)
            """
        )
        return {state: int(difference) for state, difference in cursor.fetchall()}
