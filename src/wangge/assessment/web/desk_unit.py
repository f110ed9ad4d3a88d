"""One unit in one month: its score step by step, every indicator with its cases, the months before."""

from __future__ import annotations

from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET

from wangge.assessment import corrections, defining, measuring, policy, queries
from wangge.assessment.enums import PeriodState
from wangge.assessment.models import Appeal, Figure, Period, Score, Unit
from wangge.assessment.web import shown
from wangge.cases import policy as case_policy
from wangge.cases.web import tables
from wangge.cases.web.shown import dress
from wangge.kernel.access.routes import requires
from wangge.kernel.facts import registry
from wangge.kernel.listing import rendering
from wangge.kernel.listing.columns import Column
from wangge.kernel.listing.filters import Text
from wangge.kernel.listing.listing import Listing, Rows
from wangge.territory import queries as territory

SIDES: Final = {"numerator": "分子", "denominator": "分母"}
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
    may_appeal = policy.may_appeal(request.user, unit) and period.state == PeriodState.FROZEN
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


class DrillList(Listing):
    """The cases behind a figure, as far as the user sees them. ``params``: period, unit, indicator, side."""

    title = "指标明细"
    noun = "件"
    columns = (
        tables.NUMBER,
        tables.TITLE,
        Column("times", "计入次数", value=lambda c: c.times, css="wg-number"),
        tables.KIND,
        tables.PLACE,
        tables.STATE,
        tables.LEAD,
        tables.CHANNEL,
        tables.CREATED,
        *tables.MORE,
    )
    filters = (Text("q", "搜索", field="number", placeholder="事项编号"),)
    sorts = {"new": ("-created_at", "-id"), "due": ("next_due_at", "id")}
    default_sort = "new"
    export_permission = "cases.export"
    template = "assessment/desk/drill.html"
    empty_title = "没有可以查看的事项"
    empty_hint = "这个数据没有事项，或者事项不在您的范围内。"

    def counted(self) -> dict[int, int]:
        """Case → how often it counts."""
        held: dict[int, int] | None = getattr(self, "_counted", None)
        if held is None:
            held = {}
            figure = self.figure
            top, bottom = defining.measures(figure.definition)
            for one, _ in top if self.params["side"] == "numerator" else bottom:
                for case, times in corrections.counted_cases(figure.period, figure.unit_id, one.key).items():
                    held[case] = held.get(case, 0) + times
            self._counted = held
        return held

    @property
    def figure(self) -> Figure:
        held: Figure | None = getattr(self, "_figure", None)
        if held is None:
            held = (
                Figure.objects.filter(
                    period_id=self.params["period"],
                    unit_id=self.params["unit"],
                    definition__code=self.params["indicator"],
                )
                .select_related("period", "unit", "definition")
                .order_by("-round")
                .first()
            )
            if held is None:
                raise Http404
            self._figure = held
        return held

    def rows(self, request: HttpRequest) -> Rows:
        # An export comes back here with nothing but the parameters: the right to the figure is asked for again.
        if not policy.may_see_unit(request.user, self.figure.period, self.figure.unit):
            return case_policy.rows(request.user).none()
        return case_policy.rows(request.user).filter(pk__in=list(self.counted())).select_related("kind")

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:  # noqa: ARG002
        dress(rows)
        counted = self.counted()
        for row in rows:
            row.times = counted.get(row.pk, 0)

    def context(self, request: HttpRequest) -> dict[str, Any]:
        figure, counted = self.figure, self.counted()
        said = figure.numerator if self.params["side"] == "numerator" else figure.denominator
        top, bottom = defining.measures(figure.definition)
        terms = top if self.params["side"] == "numerator" else bottom
        return {
            "figure": figure,
            "period": figure.period,
            "unit": figure.unit,
            "side": SIDES[self.params["side"]],
            "said": shown.number(said),
            "times": sum(counted.values()),
            "cases": len(counted),
            "weighted": any(times != "1" for _, times in terms),
            "daily": self.daily(terms) if not counted and said else [],
            "seen": case_policy.rows(request.user).filter(pk__in=list(counted)).count(),
        }

    def daily(self, terms: list[tuple[defining.Measure, str]]) -> list[dict[str, Any]]:
        """Per day what was counted, where other business is counted than cases; and where its list is."""
        found = []
        for one, times in terms:
            module = one.fact.split(".", maxsplit=1)[0]
            try:
                address = reverse(f"{module}_list")
            except NoReverseMatch:
                address = ""
            days = measuring.by_day(self.figure.period, self.figure.unit, one)
            label = registry.fact(one.fact).label if one.known else one.fact
            found.append({"label": label, "times": times, "days": days, "sum": sum(n for _, n in days), "url": address})
        return found

    def page_actions(self, request: HttpRequest) -> list[dict[str, str]]:  # noqa: ARG002
        figure = self.figure
        back = reverse("assessment_unit", args=[figure.period_id, figure.unit_id])
        return [{"label": "返回单位", "url": back, "icon": "arrow-left"}]


@requires(policy.READ)
def assessment_drill(request: HttpRequest, period_pk: int, unit_pk: int, code: str, side: str) -> HttpResponse:
    """Every figure opens what it counted."""
    find(request, period_pk, unit_pk)
    if side not in SIDES:
        raise Http404
    return rendering.render(request, DrillList(period=period_pk, unit=unit_pk, indicator=code, side=side))
