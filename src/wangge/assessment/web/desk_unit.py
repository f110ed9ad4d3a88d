"""One unit in one month: its score step by step, every indicator with its cases, the months before."""

from __future__ import annotations

from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from wangge.assessment import policy, queries
from wangge.assessment.models import Appeal, Period, Score, Unit
from wangge.assessment.web import shown
from wangge.kernel.access.routes import requires
from wangge.territory import queries as territory

TREND: Final = ("response", "solution", "satisfaction")


def find(request: HttpRequest, period_pk: int, unit_pk: int) -> tuple[Period, Unit]:
    """The period and the unit, if the user sees them together."""
    period = get_object_or_404(policy.periods(request.user), pk=period_pk)
    unit = get_object_or_404(Unit, pk=unit_pk)
    if not policy.may_see_unit(request.user, period, unit):
        raise Http404
    return period, unit


def figure_lines(period: Period, unit: Unit) -> list[dict[str, Any]]:
    """Every indicator in its family, with last month's and last year's value beside it."""
    own = queries.figures(period, [unit.pk])
    before = {months: queries.earlier(period, months) for months in (1, 12)}
    past = {months: queries.figures(held, [unit.pk]) if held else {} for months, held in before.items()}
    rows: list[dict[str, Any]] = []
    for (_, code), figure in sorted(own.items(), key=lambda pair: pair[1].definition.sort):
        rows.append(
            {
                "figure": figure,
                "definition": figure.definition,
                "value": shown.value(figure),
                "numerator": shown.number(figure.numerator),
                "denominator": shown.number(figure.denominator),
                "small": shown.is_small(figure),
                "interval": shown.interval(figure),
                "month": shown.value(past[1].get((unit.pk, code))),
                "year": shown.value(past[12].get((unit.pk, code))),
                "numerator_url": shown.drill_url(period, unit.pk, code, "numerator"),
                "denominator_url": shown.drill_url(period, unit.pk, code, "denominator"),
            }
        )
    families: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        families.setdefault(row["definition"].family, []).append(row)
    return [{"family": family, "rows": held} for family, held in families.items()]


def page(request: HttpRequest, period_pk: int, unit_pk: int, template: str) -> HttpResponse:
    period, unit = find(request, period_pk, unit_pk)
    score = Score.objects.filter(period=period, round=period.round, unit=unit).select_related("scheme").first()
    own = policy.is_own(request.user, unit)
    may_appeal = policy.may_appeal(request.user, unit) and period.takes_appeals(timezone.localdate())
    context = {
        "title": unit.name,
        "period": period,
        "state": shown.period_badge(period),
        "place": territory.full_name(unit.path),
        "unit": unit,
        "score": score,
        "place_badge": shown.place_cell(score) if score else "",
        "month_change": shown.change_cell(queries.changes(period, [score], 1).get(unit.pk)) if score else "",
        "year_change": shown.change_cell(queries.changes(period, [score], 12).get(unit.pk)) if score else "",
        "band": shown.band(score) if score else "",
        "steps": _steps(score),
        "families": figure_lines(period, unit),
        "adjustments": list(policy.adjustments(request.user, period).filter(unit=unit).order_by("-round", "pk")[:200]),
        "appeals": list(Appeal.objects.filter(period=period, unit=unit).order_by("-at")[:50]) if own else [],
        "appeal_tones": shown.APPEAL_TONES,
        "own": own,
        "may_appeal": may_appeal,
        "rectification": policy.rectifications(request.user).filter(unit=unit, state__in=["active", "leaving"]).first(),
    }
    return render(request, template, context)


def _steps(score: Score | None) -> list[dict[str, Any]]:
    if score is None:
        return []
    found = []
    running = shown.as_points(0)
    for number, step in enumerate(score.steps, start=1):
        running += shown.as_points(step["points"])
        found.append(step | {"number": number, "sum": str(running)})
    return found


@requires(policy.READ)
@require_GET
def assessment_unit(request: HttpRequest, period_pk: int, unit_pk: int) -> HttpResponse:
    return page(request, period_pk, unit_pk, "assessment/desk/unit.html")


@requires(policy.READ)
@require_GET
def assessment_unit_print(request: HttpRequest, period_pk: int, unit_pk: int) -> HttpResponse:
    """得分说明 on paper."""
    return page(request, period_pk, unit_pk, "assessment/print/unit.html")


@requires(policy.READ)
@require_GET
def assessment_unit_trend(request: HttpRequest, period_pk: int, unit_pk: int) -> JsonResponse:
    """Score and the three rates over thirteen months; a click on a month opens it."""
    period, unit = find(request, period_pk, unit_pk)
    seen = set(policy.periods(request.user).values_list("pk", flat=True))
    scores = [(m, s) for m, s in queries.trend(unit, period.path, until=period.month) if s.period_id in seen]
    figures = queries.figure_trend(unit, period.path, TREND, until=period.month)
    months = [m for m, _ in scores]
    labels = {row.definition.code: row.definition.label for row in figures}
    by = {(row.definition.code, row.period.month): row.value for row in figures}
    series: list[dict[str, Any]] = [
        {
            "name": "得分",
            "type": "bar",
            "barMaxWidth": 28,
            "data": [
                {"value": float(s.total) if s.total is not None else None, "url": shown.unit_url(s.period, unit.pk)}
                for _, s in scores
            ],
        }
    ]
    for code in TREND:
        if code in labels:
            shares = [by.get((code, month)) for month in months]
            data = [None if one is None else round(one * 100, 1) for one in shares]
            series.append({"name": f"{labels[code]}%", "type": "line", "data": data})
    return JsonResponse(
        {
            "legend": {"top": 0},
            "xAxis": {"type": "category", "data": [f"{m:%Y-%m}" for m in months]},
            "yAxis": {"type": "value", "max": 100},
            "series": series,
        }
    )
