"""Learned names: what was learned from which addresses, and refusing a wrong one."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from wangge.cases.web.filters import PlaceFilter
from wangge.insight.places import actions, policy
from wangge.insight.places.gazetteer import weight
from wangge.insight.places.models import LearnedName
from wangge.kernel.access.routes import me, requires
from wangge.kernel.listing.columns import Column
from wangge.kernel.listing.filters import Flag, Text
from wangge.kernel.listing.html import badge
from wangge.kernel.listing.listing import BulkAction, Listing, Rows
from wangge.kernel.listing.rendering import render
from wangge.territory import queries as territory


def _refuse(request: HttpRequest, row: LearnedName, _data: dict[str, Any]) -> None:
    actions.refuse(name=row, by=me(request))


class LearnedNames(Listing):
    """The names, those with most cases first."""

    title = "习得地名"
    noun = "个"
    columns = (
        Column("name", "地名", width=24),
        Column("path", "所在", value=lambda n: n.place_name, css="wg-wide", width=32),
        Column("cases", "件数", sort="cases", css="wg-number"),
        Column("share", "在此的占比", value=lambda n: f"{n.share:.0%}", css="wg-number"),
        Column("weight", "把握", value=lambda n: f"{weight(n.cases, n.share):.0%}", css="wg-number"),
        Column("learned_on", "习得日期", css="wg-nowrap"),
        Column("state", "状态", render=lambda n: badge("已停用", "neutral") if n.refused_at else badge("使用中", "ok")),
    )
    filters = (
        Text("q", "搜索", field="name", placeholder="地名"),
        PlaceFilter("place", "区划"),
        Flag("refused", "已停用", apply=lambda rows, _value: rows.filter(refused_at__isnull=False)),
    )
    sorts: ClassVar = {"cases": ("cases", "id")}
    default_sort = "-cases"
    bulk = (
        BulkAction(
            "refuse", "停用", _refuse, "territory.manage", text="停用后不再据此判断地点，也不会重新学到。", icon="ban"
        ),
    )
    empty_title = "还没有学到地名"
    empty_hint = (
        "事项的地址里反复出现、又总在同一社区或网格的小区、道路、商铺名称，夜间会学到这里，受理时自动用于判断地点。"
    )

    def rows(self, request: HttpRequest) -> Rows:
        return LearnedName.objects.filter(policy.visible(request.user))

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:  # noqa: ARG002
        names = territory.names_of({part for row in rows for part in (row.path[:9], row.path[:12], row.path)})
        for row in rows:
            parts = dict.fromkeys((row.path[:9], row.path[:12], row.path))
            row.place_name = "·".join(names[part] for part in parts)


@requires("territory.read")
def learned_names(request: HttpRequest) -> HttpResponse:
    return render(request, LearnedNames)


desk_urlpatterns: list[URLPattern] = [path("", learned_names, name="learned_names")]
