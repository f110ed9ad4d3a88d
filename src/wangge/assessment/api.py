"""REST for other systems: published months, their rankings, and what each indicator means. Scope ``assessment:read``.

A system reads the published months of every division above, of and below its path (or the place of its office), as
everybody who belongs there does; nothing of a month before it is published, no appeal, and no sheet of a grid worker.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Final

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from wangge.assessment import defining, queries
from wangge.assessment.enums import Group, PeriodState
from wangge.assessment.models import Definition, Figure, Period, Score
from wangge.assessment.statistics import wilson
from wangge.kernel.access.scopes import NOTHING
from wangge.kernel.api.auth import requires_scope, system_of
from wangge.kernel.api.pages import Cursor, Limit, page_of
from wangge.kernel.api.problems import Problem
from wangge.kernel.facts.registry import Unit as ReadAs
from wangge.organization import queries as organization
from wangge.territory import queries as territory

router = Router(tags=["assessment"])

Key = Annotated[int, Field(ge=1, le=2**63 - 1)]
Code = Annotated[str, Field(max_length=40)]


class PeriodOut(Schema):
    """A published month of a division. ``round`` rises with every correction after the publication."""

    id: int
    path: str
    month: date
    round: int
    published_at: datetime | None


class PeriodPage(Schema):
    """A page of months, the latest first; ``next`` is the cursor of the following page, null on the last."""

    items: list[PeriodOut]
    next: str | None
    total: int


class FigureOut(Schema):
    """An indicator of a unit: ``value`` = numerator ÷ denominator, with the 95 % interval of a share (Wilson).

    No denominator: a plain count. No value: nothing to divide by. ``few``: below the minimum sample.
    """

    code: str
    label: str
    numerator: float
    denominator: float | None
    value: float | None
    low: float | None
    high: float | None
    few: bool


class ScoreOut(Schema):
    """A unit in the ranking of its group. ``place`` is null where the sample is too small to be ranked."""

    unit: int
    name: str
    path: str
    group: str
    place: int | None
    ranked: int
    total: float | None
    sample: int
    volume: int
    low: float | None
    high: float | None
    figures: list[FigureOut]


class ScorePage(Schema):
    """A page of a ranking, the best first, those without a place last."""

    items: list[ScoreOut]
    next: str | None
    total: int


class TermOut(Schema):
    """A fact, and how often it counts."""

    fact: str
    times: float


class DefinitionOut(Schema):
    """What is divided by what, from a day on; ``path`` empty: everywhere."""

    code: str
    label: str
    family: str
    numerator: list[TermOut]
    denominator: list[TermOut]
    by: str
    better: str
    reading: str
    minimum: int
    without_kinds: list[str]
    without_demands: list[str]
    without_channels: list[str]
    meaning: str
    basis: str
    path: str
    valid_from: date
    valid_to: date | None


ORDER: Final = ("-month", "path", "-id")
RANKING: Final = ("place", "-sample", "id")


def _homes(request: HttpRequest) -> list[str]:
    scope = system_of(request).scope
    return [*scope.paths, *filter(None, (organization.path_of(office) for office in scope.offices))]


def _periods(request: HttpRequest) -> QuerySet[Period]:
    condition = NOTHING
    for home in _homes(request):
        condition |= territory.on_line(home)
    return Period.objects.filter(condition, state=PeriodState.PUBLISHED)


def _period(request: HttpRequest, pk: int) -> Period:
    period = _periods(request).filter(pk=pk).first()
    if period is None:
        raise Problem(404, "没有这个已公布的考核期，或不在该系统的范围内。", code="period_not_found")
    return period


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


def _figure(figure: Figure) -> FigureOut:
    definition = figure.definition
    share = definition.reading == ReadAs.PERCENT.value and bool(figure.denominator)
    low, high = wilson(float(figure.numerator), float(figure.denominator or 0)) if share else (None, None)
    return FigureOut(
        code=definition.code,
        label=definition.label,
        numerator=float(figure.numerator),
        denominator=_number(figure.denominator),
        value=figure.value,
        low=low,
        high=high,
        few=figure.denominator is not None and figure.denominator < definition.minimum,
    )


def _score(score: Score, figures: list[Figure]) -> ScoreOut:
    return ScoreOut(
        unit=score.unit_id,
        name=score.unit.name,
        path=score.unit.path,
        group=score.group,
        place=score.place,
        ranked=score.ranked,
        total=_number(score.total),
        sample=score.sample,
        volume=score.volume,
        low=score.low,
        high=score.high,
        figures=[_figure(one) for one in figures],
    )


def _definition(row: Definition) -> DefinitionOut:
    plain = ("code", "label", "family", "by", "better", "reading", "minimum", "without_kinds", "without_demands",
             "without_channels", "meaning", "basis", "path", "valid_from", "valid_to")  # fmt: skip
    return DefinitionOut(
        **{name: getattr(row, name) for name in plain},
        numerator=[TermOut(fact=fact, times=float(times)) for fact, times in row.numerator],
        denominator=[TermOut(fact=fact, times=float(times)) for fact, times in row.denominator],
    )


@router.get("/assessment/indicators", response=list[DefinitionOut], summary="指标口径")
@requires_scope("assessment:read")
def list_indicators(
    request: HttpRequest, on: Annotated[date | None, Query(description="哪一天的口径，默认今天")] = None
) -> list[DefinitionOut]:
    """What every indicator means at the system's own place on a day."""
    home = next(iter(_homes(request)), "")
    found = defining.definitions(home, on or timezone.localdate())
    return [_definition(row) for row in found.values()]


@router.get("/assessment/periods", response=PeriodPage, summary="已公布的考核期")
@requires_scope("assessment:read")
def list_periods(request: HttpRequest, cursor: Cursor = "", limit: Limit = 20) -> PeriodPage:
    """The latest month first."""
    page, total = page_of(_periods(request), ORDER, limit=limit, cursor=cursor)
    items = [PeriodOut(**{name: getattr(one, name) for name in PeriodOut.model_fields}) for one in page.rows]
    return PeriodPage(items=items, next=page.after or None, total=total)


@router.get("/assessment/periods/{period}/ranking", response=ScorePage, summary="考核排名")
@requires_scope("assessment:read")
def read_ranking(
    request: HttpRequest,
    period: Key,
    group: Annotated[Group, Query(description="组别")] = Group.STREET,
    indicator: Annotated[list[Code], Query(max_length=40, description="只要这些指标")] = [],  # noqa: B006
    cursor: Cursor = "",
    limit: Limit = 20,
) -> ScorePage:
    """Like with like: the units of one group, each with every indicator that was reckoned for it."""
    held = _period(request, period)
    rows = queries.of_round(held).filter(group=group).select_related("unit").defer("steps")
    page, total = page_of(rows, RANKING, limit=limit, cursor=cursor)
    figures = queries.figures(held, [row.unit_id for row in page.rows], indicator)
    by_unit: dict[int, list[Figure]] = {}
    for (unit, _), figure in sorted(figures.items(), key=lambda pair: (pair[1].definition.sort, pair[0][1])):
        by_unit.setdefault(unit, []).append(figure)
    items = [_score(row, by_unit.get(row.unit_id, [])) for row in page.rows]
    return ScorePage(items=items, next=page.after or None, total=total)
