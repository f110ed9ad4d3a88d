"""Building facts: one day at a time, the same rows however often."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

import structlog
from django.db import connection, transaction
from django.utils import timezone

from wangge.kernel.access.database import as_system
from wangge.kernel.facts import registry
from wangge.kernel.facts.days import bounds
from wangge.kernel.facts.models import FactBuilt, StaleDay
from wangge.kernel.facts.registry import PATH_LENGTH, Fact

log = structlog.get_logger(__name__)

_LOCK: Final = 0x46414354  # "FACT"

_FROM_SQL: Final = """
INSERT INTO facts_dailyfact (fact, day, path, office_id, kind_code, value)
SELECT %(fact)s, %(day)s, left(coalesce(path, ''), {length}), office_id::bigint, coalesce(kind_code, ''), sum(value)
FROM ({sql}) AS given (path, office_id, kind_code, value)
GROUP BY 3, 4, 5
HAVING sum(value) <> 0
"""

_BUILT: Final = """
INSERT INTO facts_factbuilt (day, fact, built_at, rows, definition) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (day, fact) DO UPDATE
SET built_at = excluded.built_at, rows = excluded.rows, definition = excluded.definition
"""

_OUTDATED: Final = """
SELECT day, fact FROM facts_factbuilt AS built
JOIN unnest(%s::text[], %s::text[]) AS known (fact, definition) USING (fact)
WHERE built.definition <> known.definition AND day BETWEEN %s AND %s
ORDER BY day DESC, fact
"""


class FutureDayError(ValueError):
    """The day has not come."""


def rebuild(*, day: date, facts: Iterable[str] | None = None) -> int:
    """Write ``day`` anew for ``facts`` (codes; all by default) in one transaction; how many rows there are now.

    Whoever reads meanwhile sees the day before or after, never a part. Two rebuilds of a day wait for one another.
    Raises ``FutureDayError``, and ``KeyError`` for an unknown fact.
    """
    if day > timezone.localdate():
        raise FutureDayError(f"{day} 尚未到来")
    wanted = registry.facts() if facts is None else [registry.fact(code) for code in facts]
    with as_system(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, day.toordinal()])
        # A day is little of any table. What was filed before it and closed after it looks to the planner like most of
        # one, because it takes the two for independent of each other.
        cursor.execute("SET LOCAL enable_seqscan = off")
        codes = [fact.code for fact in wanted]
        cursor.execute("DELETE FROM facts_dailyfact WHERE fact = ANY(%s) AND day = %s", [codes, day])
        built_at = timezone.now()
        total = 0
        for fact in wanted:
            rows = _insert_from_sql(fact, day) if fact.sql else _insert_collected(fact, day)
            cursor.execute(_BUILT, [day, fact.code, built_at, rows, fact.definition])
            total += rows
    log.info("facts.rebuilt", day=str(day), facts=len(wanted), rows=total)
    return total


def _insert_from_sql(fact: Fact, day: date) -> int:
    start, end = bounds(day)
    with connection.cursor() as cursor:
        cursor.execute(
            _FROM_SQL.format(sql=fact.sql.strip().rstrip(";"), length=PATH_LENGTH),
            {"fact": fact.code, "day": day, "start": start, "end": end},
        )
        return int(cursor.rowcount)


def _insert_collected(fact: Fact, day: date) -> int:
    assert fact.collect is not None
    sums: defaultdict[tuple[str, int | None, str], int] = defaultdict(int)
    for row in fact.collect(day):
        sums[row.path[:PATH_LENGTH], row.office_id, row.kind_code] += row.value
    rows = [(key, value) for key, value in sums.items() if value]
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY facts_dailyfact (fact, day, path, office_id, kind_code, value) FROM STDIN") as copy,
    ):
        for (path, office_id, kind_code), value in rows:
            copy.write_row((fact.code, day, path, office_id, kind_code, value))
    return len(rows)


def mark_stale(*days: date) -> None:
    """Past rows of these days changed (an import, a correction): build them again. In the caller's transaction."""
    StaleDay.objects.bulk_create([StaleDay(day=day) for day in sorted(set(days))])


def rebuild_stale(*, day: date) -> int:
    """Build a marked day again and take its marks away; a mark made meanwhile stays."""
    with as_system(), transaction.atomic():
        StaleDay.objects.filter(day=day).delete()
        return rebuild(day=day) if day <= timezone.localdate() else 0


def missing(*, first: date, last: date) -> dict[date, list[str]]:
    """The facts of each day in the window that were never built, before the day was over, or by an older definition."""
    built = {
        (day, code): (at, definition)
        for day, code, at, definition in FactBuilt.objects.filter(day__range=(first, last)).values_list(
            "day", "fact", "built_at", "definition"
        )
    }
    found: dict[date, list[str]] = {}
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        end = bounds(day)[1]
        lacking = [
            fact.code
            for fact in registry.facts()
            if (of := built.get((day, fact.code))) is None or of[0] < end or of[1] != fact.definition
        ]
        if lacking:
            found[day] = lacking
    return found


def outdated(*, first: date | None = None, last: date | None = None) -> dict[date, list[str]]:
    """The facts of each day that were built by another definition than today's, or nobody knows by which.

    Newest day first; what was never built is not among them. ``first`` and ``last`` bound the days, both included.
    """
    known = registry.facts()
    found: dict[date, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            _OUTDATED, [[f.code for f in known], [f.definition for f in known], first or date.min, last or date.max]
        )
        for day, code in cursor.fetchall():
            found.setdefault(day, []).append(code)
    return found
