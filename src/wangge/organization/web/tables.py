"""Lists: offices and staff."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from wangge.kernel.access.models import Grant
from wangge.kernel.access.personal import blind_index, mask_phone
from wangge.kernel.access.scopes import may
from wangge.kernel.listing.columns import Column
from wangge.kernel.listing.filters import Choice, Flag, Text
from wangge.kernel.listing.listing import Listing
from wangge.kernel.listing.places import Place
from wangge.organization import policy, queries
from wangge.organization.enums import Level, Nature, StaffCategory
from wangge.organization.kinds import table as kind_table
from wangge.organization.models import PHONE
from wangge.territory import queries as territory

Rows = QuerySet[Any]


def _office_url(office_id: int) -> str:
    return reverse("office_detail", args=[office_id])


def _search_offices(rows: Rows, text: str) -> Rows:
    with_plates: Rows = rows.alias(plates=Cast("second_names", TextField()))
    return with_plates.filter(Q(name__icontains=text) | Q(plates__icontains=text))


def _open_or_closed(rows: Rows, value: str) -> Rows:
    return rows.filter(valid_to__isnull=value == "open")


class OfficeList(Listing):
    """Every office; those in force unless the filter says otherwise."""

    title = "机构"
    noun = "个机构"
    columns = (
        Column("name", "名称", link=lambda o: _office_url(o.pk), sort="name", css="wg-wide", width=36),
        Column("second_names", "挂牌", value=lambda o: o.second_names, width=30),
        Column("kind", "类别", value=lambda o: o.kind_label, sort="kind", css="wg-nowrap"),
        Column("level", "层级", screen=False),
        Column("nature", "性质", css="wg-nowrap"),
        Column("path", "服务区划", value=lambda o: o.place, sort="place", css="wg-nowrap", width=30),
        Column("code", "区划代码", value=lambda o: o.path, screen=False),
        Column("parent", "上级机构", value=lambda o: o.parent_name, width=30),
        Column("department", "主管部门", value=lambda o: o.department_name, width=30),
        Column("phone", "公开电话", screen=False),
        Column("address", "公开地址", screen=False, width=30),
        Column("valid_from", "设立", screen=False),
        Column("valid_to", "撤销", css="wg-nowrap"),
    )
    filters = (
        Text("q", "名称", apply=_search_offices, placeholder="名称或挂牌"),
        Choice("level", "层级", choices=Level.choices),
        Choice("nature", "性质", choices=Nature.choices),
        Choice("kind", "类别", choices=lambda _request: [(k.code, k.label) for k in kind_table().values()]),
        Place("path", "区划"),
        Choice("state", "状态", choices=[("open", "在册"), ("closed", "已撤销")], apply=_open_or_closed),
    )
    sorts = {"place": ("path", "sort", "id"), "name": ("name", "id"), "kind": ("kind", "path", "id")}
    default_sort = "place"
    empty_title = "没有机构"
    empty_hint = "可以从模板为街道、社区一次设立全部机构。"

    def rows(self, request: HttpRequest) -> Rows:
        return policy.visible_offices(request.user)

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:  # noqa: ARG002
        kinds = kind_table()
        places = territory.names_of(office.path for office in rows)
        names = queries.names([i for office in rows for i in (office.parent_id, office.department_id)])
        for office in rows:
            office.kind_label = kinds[office.kind].label if office.kind in kinds else office.kind
            office.place = places.get(office.path, office.path)
            office.parent_name = names.get(office.parent_id, "")
            office.department_name = names.get(office.department_id, "")

    def row_css(self, row: Any) -> str:
        return "wg-faint" if row.valid_to is not None else ""

    def page_actions(self, request: HttpRequest) -> list[dict[str, str]]:
        found = [{"label": "机构树", "url": reverse("office_tree"), "icon": "sitemap"}]
        if may(request.user, policy.MANAGE):
            found += [
                {"label": "从模板设立", "url": reverse("office_establish"), "icon": "building-community"},
                {"label": "新设机构", "url": reverse("office_open"), "icon": "plus"},
                {"label": "导入", "url": reverse("organization_import", args=["offices"]), "icon": "file-import"},
            ]
        return found


def _search_staff(rows: Rows, text: str) -> Rows:
    return rows.filter(
        Q(user__display_name__icontains=text)
        | Q(user__username__icontains=text)
        | Q(staff_no=text)
        | Q(phone_index=blind_index(text, PHONE))
    )


def _present_or_gone(rows: Rows, value: str) -> Rows:
    return rows.filter(valid_to__isnull=value == "present")


def _office_named(rows: Rows, text: str) -> Rows:
    return rows.filter(office__name__icontains=text)


def _heads(rows: Rows, _value: Any) -> Rows:
    return rows.filter(post__is_head=True)


def _without_role(rows: Rows, _value: Any) -> Rows:
    return rows.filter(~Exists(Grant.objects.in_force(timezone.localdate()).filter(user=OuterRef("user"))))


class StaffList(Listing):
    """The staff whom the user may see; phones masked."""

    title = "人员"
    noun = "人"
    columns = (
        Column("name", "姓名", value=str, link=lambda s: reverse("staff_detail", args=[s.pk]), sort="name"),
        Column("staff_no", "工号", css="wg-nowrap"),
        Column("office", "机构", value=lambda s: s.office.name, link=lambda s: _office_url(s.office_id), sort="office"),
        Column("post", "岗位", value=lambda s: s.post.title if s.post else ""),
        Column("category", "人员类别"),
        Column("phone", "手机", value=lambda s: mask_phone(s.phone), css="wg-nowrap"),
        Column("valid_from", "入职", css="wg-nowrap", sort="since"),
        Column("valid_to", "离职", css="wg-nowrap"),
    )
    filters = (
        Text("q", "姓名", apply=_search_staff, placeholder="姓名、账号、工号或手机全号"),
        Text("office", "机构", apply=_office_named),
        Choice("category", "人员类别", choices=StaffCategory.choices),
        Place("path", "区划", field="office__path"),
        Choice("state", "状态", choices=[("present", "在岗"), ("gone", "已离职")], apply=_present_or_gone),
        Flag("head", "主要负责人", apply=_heads),
        Flag("norole", "没有角色", apply=_without_role),
    )
    sorts = {
        "office": ("office__path", "office__sort", "id"),
        "name": ("user__display_name", "id"),
        "since": ("valid_from", "id"),
    }
    default_sort = "office"
    export_permission = policy.MANAGE
    empty_title = "没有人员"

    def rows(self, request: HttpRequest) -> Rows:
        rows: Rows = policy.visible_staff(request.user).select_related("user", "office", "post")
        return rows

    def row_css(self, row: Any) -> str:
        return "wg-faint" if row.valid_to is not None else ""

    def page_actions(self, request: HttpRequest) -> list[dict[str, str]]:
        if not may(request.user, policy.MANAGE):
            return []
        return [{"label": "导入人员", "url": reverse("organization_import", args=["staff"]), "icon": "file-import"}]
