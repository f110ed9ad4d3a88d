"""A unit's year: the months published so far, and for departments what the streets say of them (O01: 20 %)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from statistics import mean
from typing import Final

from django.db.models import F

from wangge.assessment import defining
from wangge.assessment.enums import Group, PeriodState
from wangge.assessment.models import Evaluation, Figure, Score, Unit
from wangge.assessment.scoring import cents

EVALUATED: Final = frozenset({Group.DEPARTMENT, Group.ENTERPRISE})
# What streets gave reporting departments in whistles, where whistles are counted.
WHISTLE: Final = "whistle_rating"
HUNDRED: Final = Decimal(100)


@dataclass(slots=True)
class Year:
    """The year of a unit. ``said`` explains the total in words."""

    unit: Unit
    months: dict[int, Decimal] = field(default_factory=dict)
    streets: Decimal | None = None
    marks: int = 0
    total: Decimal | None = None
    place: int | None = None
    said: str = ""


def years(path: str, year: int, group: str) -> list[Year]:
    """Every unit of a group in a year, best first; months count once they are published."""
    scores = (
        Score.objects.filter(
            period__path=path, period__month__year=year, period__state=PeriodState.PUBLISHED, group=group
        )
        .filter(round=F("period__round"), total__isnull=False)
        .select_related("unit", "period")
        .order_by("period__month")
    )
    found: dict[int, Year] = {}
    for score in scores:
        assert score.total is not None
        row = found.setdefault(score.unit_id, Year(score.unit))
        row.months[score.period.month.month] = score.total
    given = marks(path, year, list(found)) if group in EVALUATED else {}
    share = Decimal(defining.rules(path, date(year, 1, 1)).street_share)
    for row in found.values():
        _reckon(row, given.get(row.unit.pk, []), share if group in EVALUATED else Decimal(0))
    ordered = sorted(found.values(), key=lambda row: (-(row.total or 0), row.unit.path, row.unit.pk))
    for row in ordered:
        row.place = 1 + sum(1 for other in ordered if (other.total or 0) > (row.total or 0))
    return ordered


def marks(path: str, year: int, units: Sequence[int]) -> dict[int, list[Decimal]]:
    """What each department got from streets, out of 100: their yearly marks, and their ratings in whistles as one
    more voice."""
    found: defaultdict[int, list[Decimal]] = defaultdict(list)
    for row in Evaluation.objects.filter(year=year, department__in=units):
        found[row.department_id].append(Decimal(row.total))
    ratings: defaultdict[int, list[Figure]] = defaultdict(list)
    figures = Figure.objects.filter(
        period__path=path,
        period__month__year=year,
        period__state=PeriodState.PUBLISHED,
        round=F("period__round"),
        definition__code=WHISTLE,
        unit__in=units,
        denominator__gt=0,
    )
    for figure in figures:
        ratings[figure.unit_id].append(figure)
    for unit, rows in ratings.items():
        full = sum((row.denominator or Decimal(0) for row in rows), Decimal(0))
        found[unit].append(HUNDRED * sum((row.numerator for row in rows), Decimal(0)) / full)
    return dict(found)


def _reckon(row: Year, given: Sequence[Decimal], share: Decimal) -> None:
    months = cents(Decimal(mean(row.months.values())))
    said = f"{len(row.months)}个月平均{months}分"
    if not share:
        row.total, row.said = months, f"{said}。"
        return
    if not given:
        row.total, row.said = months, f"{said}；街道尚未评议，{share:f}%暂按月度得分计。"
        return
    row.streets, row.marks = cents(Decimal(mean(given))), len(given)
    row.total = cents(months * (HUNDRED - share) / HUNDRED + row.streets * share / HUNDRED)
    row.said = f"{said} × {HUNDRED - share:f}% + 街道评议{row.streets}分（{row.marks}份）× {share:f}% = {row.total}分。"
