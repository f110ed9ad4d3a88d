"""The ranking of a month, like with like. It reads rows that were reckoned before, and nothing else."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from wangge.assessment import policy, queries
from wangge.assessment.enums import Group
from wangge.assessment.models import Period, Score
from wangge.assessment.web import shown
from wangge.kernel.access.routes import requires
from wangge.kernel.access.scopes import permissions
from wangge.kernel.listing import rendering
from wangge.kernel.listing.columns import Column
from wangge.kernel.listing.filters import Choice, Text
from wangge.kernel.listing.listing import Listing, Rows
from wangge.territory import queries as territory

SHOWN: Final = ("response", "solution", "satisfaction", "on_time")


def _figure(code: str) -> Any:
    return lambda row: shown.share_cell(row.figures.get(code))


def _figure_value(code: str) -> Any:
    return lambda row: shown.value(row.figures.get(code))


def share(code: str, label: str) -> Column:
    return Column(code, label, render=_figure(code), value=_figure_value(code), css="wg-nowrap as-figure")


def visible_periods(request: HttpRequest) -> list[Period]:
    """Asked for once a request."""
    held: list[Period] | None = getattr(request, "_assessment_periods", None)
    if held is None:
        held = queries.periods(request.user)
        request._assessment_periods = held  # type: ignore[attr-defined]
    return held


def period_label(period: Period, *, many: bool) -> str:
    place = f"{territory.name_of(period.path)} " if many else ""
    return f"{place}{period.label}（{period.get_state_display()}）"


def period_options(request: HttpRequest) -> list[tuple[str, str]]:
    found = visible_periods(request)
    many = len({period.path for period in found}) > 1
    return [(str(period.pk), period_label(period, many=many)) for period in found]


class RankingList(Listing):
    """The units of one group in one month."""

    title = "考核排名"
    noun = "个单位"
    columns = (
        Column("place", "名次", render=shown.place_cell, value=lambda row: row.place or "不排名", sort="place"),
        Column(
            "unit",
            "单位",
            render=lambda row: format_html(
                '<a href="{}">{}</a>', shown.unit_url(row.period, row.unit_id), row.unit.name
            ),
            value=lambda row: row.unit.name,
            width=30,
            css="as-unit",
        ),
        Column("total", "得分", value=lambda row: row.total, css="wg-number as-total", sort="total"),
        share("response", "响应率"),
        share("solution", "解决率"),
        share("satisfaction", "满意率"),
        share("on_time", "按期办结率"),
        Column("volume", "诉求量", value=lambda row: row.volume, css="wg-number", sort="volume"),
        Column(
            "month_change",
            "环比",
            render=lambda row: shown.change_cell(row.month_change),
            value=lambda row: row.month_change.total if row.month_change else "",
            css="wg-nowrap",
        ),
        Column(
            "year_change",
            "同比",
            render=lambda row: shown.change_cell(row.year_change),
            value=lambda row: row.year_change.total if row.year_change else "",
            css="wg-nowrap",
        ),
        Column("sample", "样本", value=lambda row: row.sample, screen=False),
        Column("low", "解决率95%区间下限", value=lambda row: row.low, screen=False),
        Column("high", "解决率95%区间上限", value=lambda row: row.high, screen=False),
    )
    filters = (
        Choice("period", "考核期", choices=period_options, field="period_id"),
        Choice("group", "组别", choices=Group.choices),
        Text("q", "单位", field="unit__name", placeholder="单位名称"),
    )
    sorts = {
        "place": ("place", "-sample", "id"),
        "total": ("-total", "id"),
        "volume": ("-volume", "id"),
    }
    default_sort = "place"
    page_sizes = (50, 100, 400)
    export_permission = "assessment.read"
    template = "assessment/desk/ranking.html"
    empty_title = "这个月还没有结果"
    empty_hint = "未公布的月份只能看到本单位。"

    def rows(self, request: HttpRequest) -> Rows:
        chosen = self.chosen(request)
        rows = policy.scores(request.user)
        rows = rows.filter(period=chosen, round=chosen.round) if chosen is not None else rows.none()
        return rows.select_related("unit", "period").defer("steps")

    def chosen(self, request: HttpRequest) -> Period | None:
        given = request.GET.get("period", "")
        return next((p for p in visible_periods(request) if str(p.pk) == given), None)

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:
        chosen = self.chosen(request)
        if chosen is None or not rows:
            return
        figures = queries.figures(chosen, [row.unit_id for row in rows], SHOWN)
        month, year = queries.changes(chosen, rows, 1), queries.changes(chosen, rows, 12)
        for row in rows:
            row.figures = {code: figures[row.unit_id, code] for code in SHOWN if (row.unit_id, code) in figures}
            row.month_change, row.year_change = month.get(row.unit_id), year.get(row.unit_id)

    def row_css(self, row: Score) -> str:
        return "" if row.place is not None else "as-unranked"

    def context(self, request: HttpRequest) -> dict[str, Any]:
        chosen = self.chosen(request)
        if chosen is None:
            return {"period": None}
        group = request.GET.get("group", "")
        tabs = [
            (label, f"?period={chosen.pk}&group={code}", code == group)
            for code, label in queries.groups_in(request.user, chosen)
        ]
        return {
            "period": chosen,
            "state": shown.period_badge(chosen),
            "place": territory.name_of(chosen.path),
            "tabs": tabs,
            "scheme": queries.of_round(chosen).filter(group=group).values_list("scheme__minimum", flat=True).first(),
            "may_close": policy.may_close(request.user, chosen),
        }

    def page_actions(self, request: HttpRequest) -> list[dict[str, str]]:
        chosen = self.chosen(request)
        if chosen is None:
            return []
        found = [{"label": "考核期", "url": reverse("assessment_period", args=[chosen.pk]), "icon": "calendar-event"}]
        if policy.MANAGE in permissions(request.user):
            found.append({"label": "考核方案", "url": reverse("assessment_schemes"), "icon": "adjustments"})
        found.append({"label": "指标口径", "url": reverse("assessment_indicators"), "icon": "list-details"})
        return found


@requires(policy.READ)
@never_cache
def assessment_ranking(request: HttpRequest) -> HttpResponse:
    """Opens on the latest settled month and the user's own group."""
    if not request.GET.get("period"):
        chosen = queries.default_period(visible_periods(request))
        if chosen is None:
            return render(request, "assessment/desk/none.html", {"title": "考核排名"})
        given: dict[str, str] = {**request.GET.dict(), "period": str(chosen.pk)}
        if not given.get("group"):
            groups = queries.groups_in(request.user, chosen)
            given["group"] = groups[0][0] if groups else Group.STREET.value
        return redirect(f"{request.path}?{urlencode(given)}")
    return rendering.render(request, RankingList)
