"""Lists: duty lists and their items, duties, limit classes, catalogues."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from wangge.duties import policy, snapshot
from wangge.duties.enums import ListKind, ListLevel
from wangge.duties.models import DutyItem, LimitClass
from wangge.duties.resolution import ALTERNATIVES
from wangge.kernel.listing.columns import Column
from wangge.kernel.listing.filters import Choice, Text
from wangge.kernel.listing.listing import Listing
from wangge.kernel.listing.places import Place
from wangge.kernel.periods import in_force
from wangge.organization.kinds import table as office_kind_table
from wangge.territory import queries as territory

Rows = QuerySet[Any]
STATES = [("open", "现行"), ("ended", "已停用")]


def _state(rows: Rows, value: str) -> Rows:
    today = timezone.localdate()
    return rows.filter(in_force(today)) if value == "open" else rows.exclude(in_force(today))


def _tools(*found: tuple[str, str, str]) -> list[dict[str, str]]:
    return [{"label": label, "url": url, "icon": icon} for label, url, icon in found]


class DutyListList(Listing):
    """The lists (清单)."""

    title = "事项清单"
    noun = "份清单"
    columns = (
        Column("name", "清单", link=lambda row: reverse("duty_list_detail", args=[row.pk]), sort="name", css="wg-wide"),
        Column("level", "层级", css="wg-nowrap", sort="level"),
        Column("kind", "种类", css="wg-nowrap"),
        Column("path", "适用范围", value=lambda row: row.place, css="wg-nowrap"),
        Column("items", "条目", value=lambda row: row.item_count, css="wg-number"),
        Column("source", "来源", width=60, screen=False),
        Column("valid_from", "生效", css="wg-nowrap"),
        Column("valid_to", "停用", css="wg-nowrap"),
    )
    filters = (
        Text("q", "名称", field="name"),
        Choice("level", "层级", choices=ListLevel.choices),
        Choice("kind", "种类", choices=ListKind.choices),
        Choice("state", "状态", choices=STATES, apply=_state),
    )
    sorts = {"level": ("level", "kind", "id"), "name": ("name", "id")}
    default_sort = "level"
    empty_title = "没有清单"
    empty_hint = "可以载入默认清单，或从表格导入。"

    def rows(self, request: HttpRequest) -> Rows:
        return policy.visible_lists(request.user).annotate(item_count=Count("items"))

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:  # noqa: ARG002
        places = territory.names_of(row.path for row in rows if row.path)
        for row in rows:
            row.place = places.get(row.path, row.path) or "全部"

    def page_actions(self, request: HttpRequest) -> list[dict[str, str]]:
        found = [("类别目录", reverse("kind_tree"), "sitemap"), ("职责登记", reverse("duty_rows"), "table")]
        if policy.may_manage(request.user):
            found.append(("导入条目", reverse("duties_import", args=["items"]), "file-import"))
        return _tools(*found)


class ItemList(Listing):
    """The items of one list (parameter ``list``)."""

    title = "清单条目"
    noun = "项"
    columns = (
        Column("number", "条目号", css="wg-nowrap", sort="number"),
        Column("block", "板块", css="wg-nowrap"),
        Column("title", "内容", css="wg-wide", width=60),
        Column("legal_basis", "依据", width=40),
        Column(
            "duties",
            "现行职责",
            value=lambda row: row.duty_count,
            link=lambda row: f"{reverse('duty_rows')}?item={row.pk}&state=open" if row.duty_count else "",
            css="wg-number",
        ),
        Column("source", "来源", css="wg-faint"),
    )
    filters = (
        Text("q", "内容", apply=lambda rows, text: rows.filter(Q(title__icontains=text) | Q(number=text))),
        Choice("block", "板块", choices=lambda request: _blocks(request)),  # noqa: PLW0108 - defined below
    )
    sorts = {"number": ("sort", "id")}
    default_sort = "number"

    def rows(self, request: HttpRequest) -> Rows:
        lists = policy.visible_lists(request.user).filter(pk=self.params["list"])
        today = timezone.localdate()
        holding = in_force(today, "duties__")
        return DutyItem.objects.filter(duty_list__in=lists).annotate(duty_count=Count("duties", filter=holding))


def _blocks(request: HttpRequest) -> list[tuple[str, str]]:
    pk = request.resolver_match.kwargs.get("pk") if request.resolver_match else None
    names = DutyItem.objects.filter(duty_list_id=pk).order_by("block").values_list("block", flat=True).distinct()
    return [(name, name) for name in names if name]


class DutyRows(Listing):
    """Every duty with its period: the dispatch catalogue as a table."""

    title = "职责登记"
    noun = "条职责"
    columns = (
        Column("kind", "类别", value=lambda d: d.kind.name, link=lambda d: _kind_url(d.kind_id), sort="kind"),
        Column("kind_code", "编码", css="wg-nowrap"),
        Column("path", "适用范围", value=lambda d: d.place, css="wg-nowrap"),
        Column("lead", "主办", value=lambda d: d.lead_words, width=30),
        Column("assists", "协办", value=lambda d: d.assist_words, width=40),
        Column("limit", "时限", value=lambda d: d.limit.name, css="wg-nowrap"),
        Column("item", "清单条目", value=lambda d: f"{d.item.duty_list.name} {d.item}" if d.item else "", width=40),
        Column("community", "社区", value=lambda d: "可承接" if d.community_may_handle else "", css="wg-nowrap"),
        Column("valid_from", "生效", css="wg-nowrap", sort="since"),
        Column("valid_to", "终止", css="wg-nowrap"),
        Column("note", "说明", screen=False),
        Column("source", "来源", screen=False),
    )
    filters = (
        Text(
            "q",
            "类别",
            apply=lambda rows, text: rows.filter(Q(kind__name__icontains=text) | Q(kind_code__startswith=text)),
        ),
        Choice(
            "lead",
            "主办",
            choices=lambda _request: [(k.code, k.label) for k in office_kind_table().values()],
            apply=lambda rows, code: rows.filter(lead_of(code)),
        ),
        Place("path", "区划"),
        Choice("state", "状态", choices=STATES, apply=_state),
        Text(
            "item",
            "清单条目",
            apply=lambda rows, text: rows.filter(item_id=int(text)) if text.isdecimal() else rows.none(),
        ),
    )
    sorts = {"kind": ("kind_code", "path", "id"), "since": ("valid_from", "id")}
    default_sort = "kind"
    empty_title = "没有职责"

    def rows(self, request: HttpRequest) -> Rows:
        found = policy.visible_duties(request.user).select_related("kind", "lead_office", "limit", "item__duty_list")
        return found.prefetch_related("assist_offices")

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:  # noqa: ARG002
        describe(rows)

    def page_actions(self, request: HttpRequest) -> list[dict[str, str]]:
        found = [("试一试", reverse("duty_try"), "wand")]
        if policy.managed_paths(request.user):
            found.append(("导入", reverse("duties_import", args=["duties"]), "file-import"))
        return _tools(*found)


def lead_of(code: str) -> Q:
    """Duties led by an office kind, alone or as one of several alternatives."""
    sep = ALTERNATIVES
    return (
        Q(lead_kind=code)
        | Q(lead_kind__startswith=f"{code}{sep}")
        | Q(lead_kind__endswith=f"{sep}{code}")
        | Q(lead_kind__contains=f"{sep}{code}{sep}")
    )


def describe(duties: list[Any]) -> None:
    """Give duties ``place``, ``lead_words``, ``otherwise`` (leads where there is no such office), ``assist_words``."""
    places = territory.names_of(duty.path for duty in duties if duty.path)
    labels = snapshot.current().office_labels

    def first(codes: str) -> str:
        code = codes.split(ALTERNATIVES, maxsplit=1)[0]
        return labels.get(code, code)

    for duty in duties:
        duty.place = places.get(duty.path, duty.path) or "全部"
        duty.lead_words = duty.lead_office.name if duty.lead_office else first(duty.lead_kind)
        others = [] if duty.lead_office else duty.lead_kind.split(ALTERNATIVES)[1:]
        duty.otherwise = "、".join(labels.get(code, code) for code in others)
        named = [office.name for office in duty.assist_offices.all()]
        duty.assist_words = "、".join([*map(first, duty.assist_kinds), *named])


def _kind_url(pk: int) -> str:
    return reverse("kind_detail", args=[pk])


class LimitList(Listing):
    """The limit classes."""

    title = "时限等级"
    noun = "个等级"
    columns = (
        Column("name", "等级", link=lambda row: row.url, css="wg-nowrap", sort="code"),
        Column("code", "编码", screen=False),
        Column("sign", "签收", css="wg-nowrap"),
        Column("contact", "首次联系", css="wg-nowrap"),
        Column("finish", "办结", css="wg-nowrap"),
        Column(
            "extension",
            "延期",
            value=lambda row: f"{row.extension} × {row.max_extensions}" if row.max_extensions else "不可延期",
            css="wg-nowrap",
        ),
        Column(
            "applies",
            "适用",
            value=lambda row: row.get_for_demand_type_display() or ("紧急事项" if row.for_urgent else ""),
            css="wg-nowrap",
        ),
        Column("note", "说明"),
        Column("source", "来源", width=40),
    )
    sorts = {"code": ("code",)}
    default_sort = "code"

    def rows(self, request: HttpRequest) -> Rows:
        return LimitClass.objects.all() if policy.may_read(request.user) else LimitClass.objects.none()

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:
        managed = policy.may_manage(request.user)
        for row in rows:
            row.url = reverse("limit_change", args=[row.code]) if managed else ""

    def page_actions(self, request: HttpRequest) -> list[dict[str, str]]:
        return _tools(("新增等级", reverse("limit_add"), "plus")) if policy.may_manage(request.user) else []


class CatalogueList(Listing):
    """The versions of the tree of kinds."""

    title = "类别目录的版本"
    noun = "个版本"
    columns = (
        Column("version", "版本", link=lambda row: f"{reverse('kind_tree')}?catalogue={row.pk}", sort="version"),
        Column("name", "名称", css="wg-wide"),
        Column("state", "状态"),
        Column("kinds", "类别数", value=lambda row: row.kind_count, css="wg-number"),
        Column("valid_from", "生效", css="wg-nowrap"),
        Column("valid_to", "停用", css="wg-nowrap"),
        Column("source", "来源", css="wg-wide"),
    )
    sorts = {"version": ("id",)}
    default_sort = "-version"

    def rows(self, request: HttpRequest) -> Rows:
        return policy.visible_catalogues(request.user).annotate(kind_count=Count("kinds"))

    def page_actions(self, request: HttpRequest) -> list[dict[str, str]]:
        found = [("比较版本", reverse("catalogue_compare"), "versions")]
        if policy.may_manage(request.user):
            found.append(("导入类别", reverse("duties_import", args=["kinds"]), "file-import"))
        return _tools(*found)
