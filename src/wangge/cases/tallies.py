"""Exact counts that do not grow with the table.

A statement-level trigger writes, in the writer's own transaction, one row per (street, office, state and other
traits that lists are narrowed by) it changed: append-only, so writers never wait for each other. Office 0 stands for
the case itself, counted once; beside it stands a row for every office that has a part in it, leads or holds it. A
count is a sum over any of the traits; ``compact`` folds the rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Left, Length

from wangge.cases.models import CaseTally
from wangge.cases.streets import STREET
from wangge.kernel.access.scopes import outermost
from wangge.kernel.rows import cursor as planned_cursor

# Digits of the places counted apart: streets. A community is small enough to be counted itself, and there are
# twenty times as many of them, each with all its combinations of traits.
GRAIN: Final = STREET
# What of a case is counted apart, as columns of the tally → SQL over the case ``c``.
_TRAITS: Final = {
    "path": f"left(c.path, {GRAIN})",
    "state": "c.state",
    "channel": "c.channel",
    "demand_type": "c.demand_type",
    "urgency": "c.urgency",
    "hotline": "CASE WHEN c.source_number IS NULL THEN '' ELSE c.source_system END",
    "solved": "c.solved",
    "satisfaction": "c.satisfaction",
    "is_problem": "c.is_problem",
    "is_private": "c.is_private",
    # A case is counted once as office 0, and once for each of its offices with what that is to it.
    "office_id": "o.office",
    "is_member": "o.office = ANY (c.office_ids)",
    "is_lead": "o.office IS NOT DISTINCT FROM c.lead_office_id",
    "is_holder": "o.office IS NOT DISTINCT FROM c.holder_office_id",
}
KEY: Final = ", ".join(_TRAITS)
_VALUES: Final = ", ".join(_TRAITS.values())
_EACH: Final = ", ".join(str(n) for n in range(1, len(_TRAITS) + 1))
_COUNTED: Final = """
    CROSS JOIN LATERAL (
        SELECT 0::bigint AS office
        UNION
        SELECT x FROM unnest(c.office_ids || c.lead_office_id || c.holder_office_id) AS x WHERE x IS NOT NULL
    ) AS o
"""
_READ: Final = (
    "path, office_ids, state, channel, demand_type, urgency, source_system, source_number, solved, satisfaction,"
    " is_problem, is_private, lead_office_id, holder_office_id"
)

FUNCTION_SQL: Final = f"""
CREATE OR REPLACE FUNCTION cases_tally_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO cases_casetally ({KEY}, number)
        SELECT {_VALUES}, count(*) FROM fresh AS c {_COUNTED} GROUP BY {_EACH};
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO cases_casetally ({KEY}, number)
        SELECT {_VALUES}, -count(*) FROM stale AS c {_COUNTED} GROUP BY {_EACH};
    ELSE
        INSERT INTO cases_casetally ({KEY}, number)
        SELECT {_VALUES}, sum(c.n) FROM (
            SELECT {_READ}, 1 AS n FROM fresh
            UNION ALL
            SELECT {_READ}, -1 FROM stale
        ) AS c {_COUNTED} GROUP BY {_EACH} HAVING sum(c.n) <> 0;
    END IF;
    RETURN NULL;
END $$;
"""  # noqa: S608 - our own SQL in pieces

REBUILD_SQL: Final = f"""
INSERT INTO cases_casetally ({KEY}, number)
SELECT {_VALUES}, count(*) FROM cases_case AS c {_COUNTED} GROUP BY {_EACH}
"""  # noqa: S608 - our own SQL in pieces

TRIGGER_SQL: Final = f"""
{FUNCTION_SQL}
CREATE TRIGGER cases_tally_insert AFTER INSERT ON cases_case REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION cases_tally_write();
CREATE TRIGGER cases_tally_update AFTER UPDATE ON cases_case REFERENCING OLD TABLE AS stale NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION cases_tally_write();
CREATE TRIGGER cases_tally_delete AFTER DELETE ON cases_case REFERENCING OLD TABLE AS stale
    FOR EACH STATEMENT EXECUTE FUNCTION cases_tally_write();
"""

COMPACT_SQL: Final = f"""
WITH keys AS (
    SELECT {KEY} FROM cases_casetally GROUP BY {_EACH} HAVING count(*) > 1 OR sum(number) = 0
), gone AS (
    DELETE FROM cases_casetally AS t USING keys AS k
    WHERE ({", ".join(f"t.{name}" for name in _TRAITS)}) = ({", ".join(f"k.{name}" for name in _TRAITS)})
    RETURNING t.*
), kept AS (
    INSERT INTO cases_casetally ({KEY}, number)
    SELECT {KEY}, sum(number) FROM gone GROUP BY {_EACH} HAVING sum(number) <> 0 RETURNING 1
)
SELECT (SELECT count(*) FROM gone) - (SELECT count(*) FROM kept)
"""  # noqa: S608 - our own SQL in pieces

CHECK_SQL: Final = f"""
SELECT CASE WHEN office_id = 0 THEN state ELSE state || ' (offices)' END, sum(difference)::bigint, sum(abs(difference))
FROM (
    SELECT {KEY}, sum(number) AS difference FROM (
        SELECT {KEY}, number FROM cases_casetally
        UNION ALL
        SELECT {_VALUES}, -count(*) FROM cases_case AS c {_COUNTED} GROUP BY {_EACH}
    ) AS both_ways GROUP BY {_EACH} HAVING sum(number) <> 0
) AS differing GROUP BY 1 ORDER BY 1
"""  # noqa: S608 - our own SQL in pieces

ROLES: Final = frozenset({"is_lead", "is_holder"})

DROP_SQL: Final = """
DROP TRIGGER cases_tally_insert ON cases_case;
DROP TRIGGER cases_tally_update ON cases_case;
DROP TRIGGER cases_tally_delete ON cases_case;
DROP FUNCTION cases_tally_write();
"""

OUTSIDE: Final = """
SELECT coalesce(sum(t.number), 0)
FROM unnest(%s::text[], %s::text[]) AS gap (low, high)
JOIN cases_casetally AS t ON t.office_id = 0 AND t.path >= gap.low AND t.path < gap.high
"""


def count(
    *,
    paths: Sequence[str],
    states: Sequence[str] | None = None,
    office_id: int = 0,
    where: Mapping[str, Any] | None = None,
) -> int:
    """How many cases lie below any of ``paths`` (each at most ``GRAIN`` digits; ``""``: anywhere), exactly.

    With ``office_id`` only those in which the office has a part, unless ``where`` says what it is to them.
    ``where``: conditions on the traits that are counted apart (columns of ``CaseTally``).
    """
    rows = _below(paths, office_id)
    if office_id and not (where and where.keys() & ROLES):
        rows = rows.filter(is_member=True)
    if states is not None:
        rows = rows.filter(state__in=states)
    return rows.filter(**(where or {})).aggregate(total=Sum("number"))["total"] or 0


def all_within(paths: Sequence[str]) -> bool:
    """Whether every case lies below one of ``paths``. Reads what lies outside, which is nothing or little."""
    kept = outermost(paths)
    if "" in kept:
        return True
    with planned_cursor() as cursor:
        cursor.execute(OUTSIDE, gaps(kept))
        return not cursor.fetchone()[0]


def gaps(paths: Sequence[str]) -> tuple[list[str], list[str]]:
    """Where what lies outside ``paths`` (sorted, none below another) begins and ends; ":" comes after every digit."""
    # What sorts between one path with all below it and the next.
    return ["", *(f"{path[:-1]}{chr(ord(path[-1]) + 1)}" for path in paths)], [*paths, ":"]


def paths_above(digits: int) -> list[str]:
    """Paths of cases known less exactly than ``digits``: some dozen, whatever the number of cases."""
    rows = CaseTally.objects.filter(office_id=0).annotate(size=Length("path")).filter(size__lt=digits)
    return sorted(rows.values_list("path", flat=True).distinct())


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
        cursor.execute(COMPACT_SQL)
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
    when all is well (``wangge doctor``). Where sums agree and traits do not, how many are counted wrongly."""
    with connection.cursor() as cursor:
        cursor.execute(CHECK_SQL)
        return {key: int(difference or wrongly) for key, difference, wrongly in cursor.fetchall()}
