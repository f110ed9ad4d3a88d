"""Lists: divisions, grids, place names, place codes."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from wangge.kernel.access.scopes import scope
from wangge.kernel.listing import html
from wangge.kernel.listing.columns import Column
from wangge.kernel.listing.filters import Choice, Flag, Text
from wangge.kernel.listing.listing import Listing
from wangge.kernel.listing.places import Place
from wangge.territory import policy, queries
from wangge.territory.enums import GridKind, Level, PlaceKind
from wangge.territory.models import Division, Grid, PlaceAlias, PlaceCode
from wangge.territory.transfer import as_wkt

Rows = QuerySet[Any]


def home_of(user: Any) -> str:
    """The place a user's pages begin at: the first they hold, else the home division."""
    held = scope(user, policy.READ).paths
    return held[0] if held else settings.HOME_DIVISION


def place_url(path: str) -> str:
    """The page of a division or grid."""
    name, code = ("grid_detail", path) if len(path) > 12 else ("division_detail", path)
    return reverse(name, args=[code]) if path.isdigit() else ""


def _asked(request: HttpRequest) -> str:
    """The place whose code the filter holds; asked for by name, the user's own."""
    path = request.GET.get("path", "")
    return path if path.isdigit() else home_of(request.user)


def _current(rows: Rows, value: str) -> Rows:
    return rows.filter(valid_to__isnull=value == "current")


STATE = Choice("state", "状态", choices=[("current", "现行"), ("past", "已撤销、已更名")], apply=_current)


class DivisionList(Listing):
    """Every division, the former names too. The search knows 盟/市, 旗/县, 苏木/乡, 嘎查/村 as one."""

    title = "行政区划"
    noun = "个区划"
    columns = (
        Column("code", "代码", link=lambda d: place_url(d.code), sort="code", css="wg-nowrap"),
        Column("name", "名称", link=lambda d: place_url(d.code), css="wg-wide", width=30),
        Column("level", "层级"),
        Column("parent", "上级", value=lambda d: d.place, css="wg-wide", width=40),
        Column("valid_from", "起", css="wg-nowrap"),
        Column("valid_to", "止", css="wg-nowrap"),
    )
    filters = (
        Text("q", "名称或代码", apply=lambda rows, text: rows.filter(queries.named(text)), placeholder="如 准格尔旗"),
        Choice("level", "层级", choices=Level.choices),
        Place("path", "上级区划", field="code"),
        STATE,
    )
    sorts = {"code": ("code", "id")}
    default_sort = "code"
    empty_title = "没有找到区划"
    empty_hint = "全国区划由系统管理员以 wangge territory load 载入。"

    def rows(self, request: HttpRequest) -> Rows:  # noqa: ARG002
        return Division.objects.all()

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:  # noqa: ARG002
        queries.names_of(p for d in rows for p in queries.prefixes(d.parent_code))
        for division in rows:
            division.place = queries.full_name(division.parent_code, from_level=1)

    def row_css(self, row: Any) -> str:
        return "" if row.valid_to is None else "wg-faint"

    def page_actions(self, request: HttpRequest) -> list[dict[str, str]]:
        return [{"label": "我的辖区", "url": place_url(home_of(request.user)), "icon": "map-2"}]


class GridList(Listing):
    """The grids below the user's paths."""

    title = "网格"
    noun = "个网格"
    columns = (
        Column("code", "网格编码", link=lambda g: place_url(g.code), sort="code", css="wg-nowrap"),
        Column("name", "名称", link=lambda g: place_url(g.code), sort="name"),
        Column(
            "kind",
            "类型",
            render=lambda g: html.badge(g.get_kind_display(), "info" if g.kind == "exclusive" else "neutral"),
        ),
        Column("community", "所属", value=lambda g: g.place, css="wg-wide", width=40),
        Column("chief", "网格长", value=lambda g: g.chief),
        Column("members", "人员", value=lambda g: g.member_count, css="wg-number"),
        Column("households", "户数", sort="households", css="wg-number"),
        Column(
            "area", "面积（公顷）", value=lambda g: round(g.area_m2 / 10_000, 2) if g.area_m2 else "", css="wg-number"
        ),
        Column("valid_from", "设立", css="wg-nowrap", screen=False),
        Column("valid_to", "撤销", css="wg-nowrap", screen=False),
        Column("wkt", "边界", value=as_wkt, screen=False, width=60),
        Column("crs", "坐标系", screen=False),
    )
    filters = (
        Text("q", "名称或编码", apply=lambda rows, t: rows.filter(Q(name__icontains=t) | Q(code__startswith=t))),
        Choice("kind", "类型", choices=GridKind.choices),
        Place("path", "区划", field="code"),
        STATE,
        Flag(
            "unled",
            "没有网格长",
            apply=lambda rows, _value: rows.exclude(staff__position="chief", staff__valid_to__isnull=True),
        ),
        Flag("undrawn", "没有边界", apply=lambda rows, _value: rows.filter(polygon__isnull=True)),
    )
    sorts = {"code": ("code", "id"), "name": ("name", "id"), "households": ("households", "id")}
    default_sort = "code"
    empty_title = "没有网格"
    empty_hint = "可以在社区页面上画，也可以从GeoJSON、CSV或Excel导入。"

    def rows(self, request: HttpRequest) -> Rows:
        return policy.visible_grids(request.user)

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:  # noqa: ARG002
        queries.names_of(p for g in rows for p in queries.prefixes(g.community_code))
        staffed = queries.staffed(g.pk for g in rows)
        for grid in rows:
            grid.place = queries.full_name(grid.community_code, from_level=4)
            grid.chief, grid.member_count = staffed.get(grid.pk, ("", 0))

    def row_css(self, row: Any) -> str:
        return "" if row.valid_to is None else "wg-faint"

    def page_actions(self, request: HttpRequest) -> list[dict[str, str]]:
        path = _asked(request)
        found = [{"label": "导出GeoJSON", "url": f"{reverse('grid_geojson')}?path={path}", "icon": "download"}]
        if policy.may_manage_any(request.user):
            found.insert(0, {"label": "导入", "url": reverse("grid_import"), "icon": "file-import"})
        return found


class PlaceList(Listing):
    """Names by which people call places."""

    title = "地名"
    noun = "个地名"
    columns = (
        Column("name", "名称", sort="name", css="wg-wide", link=lambda a: reverse("place_detail", args=[a.pk])),
        Column("kind", "类别"),
        Column("place", "所在", value=lambda a: a.place, link=lambda a: place_url(a.path), css="wg-wide", width=40),
        Column("path", "所在编码", screen=False),
        Column("lng", "经度", screen=False),
        Column("lat", "纬度", screen=False),
        Column("valid_to", "停用", css="wg-nowrap"),
    )
    filters = (
        Text("q", "名称", field="name"),
        Choice("kind", "类别", choices=PlaceKind.choices),
        Place("path", "区划"),
        STATE,
    )
    sorts = {"name": ("name", "id"), "path": ("path", "name", "id")}
    default_sort = "path"
    empty_title = "没有地名"
    empty_hint = "登记小区、道路、商铺、站点的名称后，热线受理时能从地址认出网格。"

    def rows(self, request: HttpRequest) -> Rows:
        return PlaceAlias.objects.filter(policy.visible(request.user))

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:  # noqa: ARG002
        _name_places(rows)

    def page_actions(self, request: HttpRequest) -> list[dict[str, str]]:
        if not policy.may_manage_any(request.user):
            return []
        return [
            {"label": "登记地名", "url": reverse("place_create"), "icon": "plus"},
            {"label": "导入", "url": reverse("place_import"), "icon": "file-import"},
        ]


class PlaceCodeList(Listing):
    """QR codes on walls and counters."""

    title = "地点二维码"
    noun = "个二维码"
    columns = (
        Column("name", "地点", sort="name", css="wg-wide", link=lambda c: reverse("place_code_detail", args=[c.pk])),
        Column("kind", "类别"),
        Column("place", "所在", value=lambda c: c.place, link=lambda c: place_url(c.path), css="wg-wide", width=40),
        Column("code", "短码", css="wg-nowrap"),
        Column("valid_from", "启用", css="wg-nowrap"),
        Column("valid_to", "停用", css="wg-nowrap"),
    )
    filters = (
        Text("q", "地点", field="name"),
        Choice("kind", "类别", choices=PlaceKind.choices),
        Place("path", "区划"),
        STATE,
    )
    sorts = {"name": ("name", "id"), "path": ("path", "id")}
    default_sort = "path"
    empty_title = "没有二维码"
    empty_hint = "在网格页面打印网格的二维码，或为商铺、站点另建。"

    def rows(self, request: HttpRequest) -> Rows:
        return PlaceCode.objects.filter(policy.visible(request.user))

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:  # noqa: ARG002
        _name_places(rows)

    def page_actions(self, request: HttpRequest) -> list[dict[str, str]]:
        path = _asked(request)
        found = [{"label": "打印", "url": f"{reverse('place_code_sheet')}?path={path}", "icon": "printer"}]
        if policy.may_manage_any(request.user):
            found.insert(0, {"label": "新建", "url": reverse("place_code_create"), "icon": "plus"})
        return found


def _name_places(rows: list[Any]) -> None:
    queries.names_of(p for row in rows for p in queries.prefixes(row.path))
    for row in rows:
        row.place = queries.full_name(row.path, from_level=4)


def grids_on(path: str, user: Any) -> list[Grid]:
    """The current grids of a community that ``user`` reads, with chief and number of members."""
    rows = list(queries.grids_of(path).filter(policy.visible(user, "code")).defer("polygon"))
    staffed = queries.staffed(g.pk for g in rows)
    for grid in rows:
        grid.chief, grid.member_count = staffed.get(grid.pk, ("", 0))  # type: ignore[attr-defined]
    return rows
