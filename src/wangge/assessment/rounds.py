"""A round of reckoning: from traces to figures to scores. Rounds above 0 are written once and never again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.db.models import Max, Sum

from wangge.assessment import defining, measuring, units
from wangge.assessment.enums import Group, RoundKind
from wangge.assessment.measuring import Progress, silent
from wangge.assessment.models import (
    Adjustment,
    Definition,
    Figure,
    Period,
    Round,
    Scheme,
    Score,
    Trace,
    Unit,
)
from wangge.assessment.scoring import Reading, as_json, reckon
from wangge.assessment.statistics import wilson
from wangge.kernel.access.database import as_system
from wangge.kernel.audit.context import current
from wangge.kernel.facts import registry
from wangge.kernel.facts.registry import Unit as ReadAs

BATCH: Final = 2000
RED, BLACK = "red", "black"
# Whose "volume" is what happened there, not what was given to them.
BY_PLACE: Final = frozenset({Group.STREET, Group.TOWNSHIP, Group.DISTRICT})

Numbers = Mapping[tuple[int, str], int]


def run(period: Period, *, now: datetime, progress: Progress = silent) -> None:
    """The running figures of an open month, written anew. In the caller's transaction."""
    _forget_running(period)
    found = units.of_period(period)
    definitions = _countable(period)
    with as_system():
        measuring.take(period, found, definitions.values(), progress=progress)
    _write(period, 0, found, definitions, now=now, kind=RoundKind.RUNNING, reason="")
    Period.objects.filter(pk=period.pk).update(reckoned_at=now)


def freeze(period: Period, *, now: datetime, progress: Progress = silent) -> None:
    """Round 1: the rows as they are now, kept for good. In the caller's transaction."""
    _forget_running(period)
    found = units.of_period(period)
    definitions = _countable(period)
    with as_system():
        measuring.take(period, found, definitions.values(), progress=progress)
        Trace.objects.filter(period=period, frozen=False).update(frozen=True)
    progress("计算得分和名次")
    _write(period, 1, found, definitions, now=now, kind=RoundKind.FREEZE, reason="")


def again(period: Period, *, now: datetime, kind: RoundKind, reason: str) -> int:
    """The next round, from the frozen traces and every adjustment up to now; its number."""
    number = (Round.objects.filter(period=period).aggregate(n=Max("number"))["n"] or 0) + 1
    used = Figure.objects.filter(period=period, round=period.round).values("definition_id").distinct()
    definitions = {row.code: row for row in Definition.objects.filter(pk__in=used).order_by("sort", "code")}
    _write(period, number, units.of_period(period), definitions, now=now, kind=kind, reason=reason)
    return number


def counted_otherwise(period: Period) -> list[str]:
    """The labels of the facts whose rule changed after ``period`` was frozen: its figures keep the rule of then."""
    frozen = Round.objects.filter(period=period, kind=RoundKind.FREEZE).first()
    now = {fact.code: fact for fact in registry.facts()}
    return [
        now[code].label
        for code, definition in sorted((frozen.facts if frozen else {}).items())
        if code in now and now[code].definition != definition
    ]


def _forget_running(period: Period) -> None:
    for model in (Figure, Score):
        model._base_manager.filter(period=period, round=0).delete()
    Round.objects.filter(period=period, number=0).delete()


def _countable(period: Period) -> dict[str, Definition]:
    held = defining.definitions(period.path, period.month)
    return {code: row for code, row in held.items() if defining.countable(row)}


def numbers(period: Period, *, up_to: int) -> dict[tuple[int, str], int]:
    """(unit, measure) → how often, adjustments of rounds up to ``up_to`` included."""
    found = {
        (unit, measure): number
        for unit, measure, number in Trace.objects.filter(period=period).values_list("unit_id", "measure", "number")
    }
    changed = (
        Adjustment.objects.filter(period=period, round__lte=up_to)
        .values_list("unit_id", "measure")
        .annotate(n=Sum("delta"))
    )
    for unit, measure, delta in changed:
        found[unit, measure] = found.get((unit, measure), 0) + delta
    return found


def sides(definition: Definition, unit: Unit, held: Numbers) -> tuple[Decimal, Decimal | None]:
    """Numerator and denominator of a unit; no denominator for a plain count."""
    top, bottom = defining.measures(definition)

    def total(terms: Sequence[tuple[defining.Measure, str]]) -> Decimal:
        return sum((Decimal(times) * held.get((unit.pk, one.key), 0) for one, times in terms), Decimal(0))

    return total(top), (total(bottom) if definition.denominator else None)


def reading(definition: Definition, numerator: Decimal, denominator: Decimal | None) -> Reading:
    percent = definition.reading == ReadAs.PERCENT.value
    return Reading(definition.label, numerator, denominator, definition.better, percent)


def _write(
    period: Period,
    number: int,
    found: Sequence[Unit],
    definitions: Mapping[str, Definition],
    *,
    now: datetime,
    kind: RoundKind,
    reason: str,
) -> None:
    held = numbers(period, up_to=number)
    figures: list[Figure] = []
    readings: dict[int, dict[str, Reading]] = {}
    for unit in found:
        own = readings[unit.pk] = {}
        for code, definition in definitions.items():
            numerator, denominator = sides(definition, unit, held)
            own[code] = one = reading(definition, numerator, denominator)
            value = one.value
            figures.append(
                Figure(
                    period=period,
                    round=number,
                    unit=unit,
                    definition=definition,
                    numerator=numerator,
                    denominator=denominator,
                    value=None if value is None else float(value),
                )
            )
    Figure.objects.bulk_create(figures, batch_size=BATCH)
    Score.objects.bulk_create(_scores(period, number, found, readings), batch_size=BATCH)
    counted = {measure.fact for measure in measuring.wanted(definitions.values())} if number <= 1 else ()
    Round.objects.create(
        period=period,
        number=number,
        kind=kind,
        reason=reason,
        at=now,
        by_label=current().actor.label[:80] or "系统",
        facts={code: registry.fact(code).definition for code in sorted(counted)},
    )


def _scores(
    period: Period, number: int, found: Sequence[Unit], readings: Mapping[int, dict[str, Reading]]
) -> list[Score]:
    rules = defining.rules(period.path, period.month)
    schemes = defining.schemes(period.path, period.month)
    labels = {code: row.label for code, row in defining.definitions(period.path, period.month).items()}
    by_group: defaultdict[str, list[Score]] = defaultdict(list)
    for unit in found:
        scheme: Scheme | None = schemes.get(unit.group)
        if scheme is None:
            continue
        score = _score(unit, scheme, readings[unit.pk], labels)
        score.period, score.round = period, number
        by_group[unit.group].append(score)
    scores = []
    for rows in by_group.values():
        place(rows, minimum=rows[0].scheme.minimum)
        if rules.lists_shown:
            _list(rows, rules.lists_size)
        scores += rows
    return scores


def _score(unit: Unit, scheme: Scheme, own: Mapping[str, Reading], labels: Mapping[str, str]) -> Score:
    total, lines = reckon(list(scheme.items.all()), own)
    base = own.get(scheme.base)
    sample = int(base.denominator or 0) if base is not None else 0
    low, high = wilson(float(base.numerator), float(sample)) if base is not None and sample else (None, None)
    volume = own.get("demand" if unit.group in BY_PLACE else "volume")
    steps = as_json(lines)
    for step in steps:
        step["label"] = labels.get(step["indicator"], step["label"])
    return Score(
        unit=unit,
        group=unit.group,
        scheme=scheme,
        total=total,
        sample=sample,
        volume=int(volume.numerator) if volume else 0,
        low=low,
        high=high,
        steps=steps,
    )


def place(rows: Sequence[Score], *, minimum: int) -> None:
    """Give places to those with a sample large enough; equal totals share a place."""
    taking_part = [row for row in rows if row.total is not None and row.sample >= minimum]
    for row in taking_part:
        assert row.total is not None
        row.place = 1 + sum(1 for other in taking_part if other.total is not None and other.total > row.total)
    for row in rows:
        row.ranked = len(taking_part)


def _list(rows: Sequence[Score], size: int) -> None:
    """The first and the last of a group that has room between them."""
    placed = sorted((row for row in rows if row.place is not None), key=lambda row: row.place or 0)
    if len(placed) <= 2 * size:
        return
    for row in placed:
        if row.place is not None and row.place <= size:
            row.on_list = RED
        elif row.place is not None and row.place > len(placed) - size:
            row.on_list = BLACK
