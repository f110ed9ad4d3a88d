"""How often everything happened, to whom, and in which cases: one statement per measure, over all units at once.

Where a fact says which rows it counted (cases, summonses, whistles), the rows themselves are counted, at this very
moment, and kept as the trace. Where it does not (a module above or beside without rows), its daily facts are summed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, Final

from django.db import connection
from django.db.models import BigIntegerField, F, Sum, Value

from wangge.assessment.defining import Measure, measures
from wangge.assessment.enums import By, Group, Subject
from wangge.assessment.models import Definition, Period, Trace, Unit
from wangge.kernel.facts import registry
from wangge.kernel.facts.models import DailyFact
from wangge.kernel.facts.registry import Slice, named_sql
from wangge.organization.models import Office

PACKAGE: Final = "wangge.assessment"
# How rows say what they count (``cases.facts``, ``whistle.facts``), and what else they must say to be traced.
SUBJECTS: Final = {"case_ref": Subject.CASE, "summons_ref": Subject.SUMMONS, "whistle_ref": Subject.WHISTLE}
REFS: Final = ("office_ref", "path_ref")
# A row that counts for more than one: the points of a rating.
AMOUNT: Final = "amount_ref"
WITH_COMMUNITIES: Final = frozenset({"street", "community"})

Progress = Callable[[str], None]


def silent(_said: str) -> None:
    """Nobody watches."""


def members(units: Sequence[Unit]) -> list[tuple[int, int]]:
    """(unit, office) for every office whose cases count for a unit.

    A street answers for its own bodies and its communities; a department or enterprise for itself and for the offices
    that were merged into it; a district for every office in it. Closed offices count for where they belonged.
    """
    offices = list(Office.objects.values_list("id", "path", "level", "successor_id"))
    before: dict[int, list[int]] = {}
    by_street: dict[str, list[int]] = {}
    by_district: dict[str, list[int]] = {}
    for pk, path, level, successor in offices:
        if successor is not None:
            before.setdefault(successor, []).append(pk)
        if level in WITH_COMMUNITIES and len(path) >= 9:
            by_street.setdefault(path[:9], []).append(pk)
        by_district.setdefault(path[:6], []).append(pk)
    found: list[tuple[int, int]] = []
    for unit in units:
        if unit.group in {Group.STREET, Group.TOWNSHIP}:
            own = by_street.get(unit.path, [])
        elif unit.group == Group.DISTRICT:
            own = by_district.get(unit.path, [])
        else:
            assert unit.office_id is not None
            own = _with_predecessors(unit.office_id, before)
        found += [(unit.pk, office) for office in own]
    return found


def _with_predecessors(office: int, before: dict[int, list[int]]) -> list[int]:
    found, waiting = [office], [office]
    while waiting:
        earlier = [pk for pk in before.get(waiting.pop(), []) if pk not in found]
        found += earlier
        waiting += earlier
    return found


def wanted(definitions: Iterable[Definition]) -> list[Measure]:
    """Every measure the definitions rest on that is counted here, each once."""
    found: dict[str, Measure] = {}
    for definition in definitions:
        top, bottom = measures(definition)
        for measure, _ in (*top, *bottom):
            if measure.known:
                found[measure.key] = measure
    return list(found.values())


def take(period: Period, units: Sequence[Unit], definitions: Iterable[Definition], *, progress: Progress) -> None:
    """Write the traces of ``period`` anew. In the caller's transaction; the caller sees every row."""
    _remember(units)
    Trace.objects.filter(period=period, frozen=False).delete()
    found = wanted(definitions)
    for number, measure in enumerate(found, start=1):
        progress(f"统计第{number}项，共{len(found)}项")
        if not _take_rows(period, measure):
            _take_facts(period, measure)


def _remember(units: Sequence[Unit]) -> None:
    """Units, their offices and places as temporary tables, for the statements that follow."""
    own = members(units)  # read before the copy begins: it has the connection to itself
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS assessment_member, assessment_place")
        cursor.execute(
            "CREATE TEMP TABLE assessment_member (unit_id bigint, office_id bigint) ON COMMIT DROP;"
            "CREATE TEMP TABLE assessment_place (unit_id bigint, path text) ON COMMIT DROP"
        )
        with cursor.copy("COPY assessment_member FROM STDIN") as copy:
            for row in own:
                copy.write_row(row)
        with cursor.copy("COPY assessment_place FROM STDIN") as copy:
            for unit in units:
                if unit.group in {Group.STREET, Group.TOWNSHIP, Group.DISTRICT}:
                    copy.write_row((unit.pk, unit.path))
        cursor.execute("ANALYZE assessment_member")
        cursor.execute("ANALYZE assessment_place")


def live_rows(period: Period, measure: Measure) -> tuple[Subject, Any] | None:
    """What a fact counts and its rows in the month below the period's place; None when it has none to show."""
    fact = registry.fact(measure.fact)
    if fact.rows is None:
        return None
    rows = fact.rows(Slice(period.month, period.last_on, path=period.path))
    annotated = getattr(getattr(rows, "query", None), "annotations", {})
    named = [name for name in SUBJECTS if name in annotated]
    if not named or not all(name in annotated for name in REFS):
        return None
    return SUBJECTS[named[0]], rows.order_by()


def subject_of(period: Period, measure: Measure) -> Subject | None:
    """What stands behind a measure one by one; None where a fact tells its daily numbers alone."""
    found = live_rows(period, measure) if measure.known else None
    return found[0] if found is not None else None


def _take_rows(period: Period, measure: Measure) -> bool:
    found = live_rows(period, measure)
    if found is None:
        return False
    subject, rows = found
    kinds = [f"{code}%" for code in measure.without_kinds]
    if subject == Subject.CASE:
        sql, parameters = rows.values_list("case_ref", *REFS).query.sql_with_params()
        left_out = (list(measure.without_demands), list(measure.without_channels), kinds)
        given = (period.pk, measure.key, *parameters, measure.keeps_excluded, *left_out)
        name = "trace_rows"
    else:
        # Whistles know no demand, no channel and no exclusion; what an appeal set aside their facts leave out.
        amount = F(AMOUNT) if AMOUNT in rows.query.annotations else Value(1, output_field=BigIntegerField())
        rows = rows.annotate(trace_amount=amount).values_list(f"{subject}_ref", *REFS, "kind_ref", "trace_amount")
        sql, parameters = rows.query.sql_with_params()
        given = (period.pk, measure.key, subject.value, AMOUNT in rows.query.annotations, *parameters, kinds)
        name = "trace_subjects"
    owner = "owner_by_place" if measure.by == By.PLACE else "owner_by_office"
    statement = named_sql(PACKAGE, name).format(rows=sql, owner=named_sql(PACKAGE, owner), row=f"{subject}_ref")
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
    return True


def by_day(period: Period, unit: Unit, measure: Measure) -> list[tuple[date, int]]:
    """The daily facts behind a measure that has no cases, day by day."""
    rows = DailyFact.objects.filter(fact=measure.fact, day__range=(period.month, period.last_on))
    if measure.by == By.PLACE:
        rows = rows.filter(path__startswith=unit.path)
    else:
        rows = rows.filter(office_id__in=[office for _, office in members([unit])])
    for code in measure.without_kinds:
        rows = rows.exclude(kind_code__startswith=code)
    return list(rows.order_by().values_list("day").annotate(n=Sum("value")).order_by("day"))


def _take_facts(period: Period, measure: Measure) -> None:
    place = "path_ref" if measure.by == By.PLACE else "office_ref"
    owner = "owner_by_place" if measure.by == By.PLACE else "owner_by_office"
    statement = named_sql(PACKAGE, "trace_facts").format(owner=named_sql(PACKAGE, owner), place=place)
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {
                "period": period.pk,
                "measure": measure.key,
                "fact": measure.fact,
                "first": period.month,
                "last": period.last_on,
                "kinds": [f"{code}%" for code in measure.without_kinds],
            },
        )
