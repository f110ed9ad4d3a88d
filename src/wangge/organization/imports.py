"""Offices and staff from a table. Each row is judged alone; the user chose to keep the good rows or none.

A row that says what is already there counts as unchanged, so that a file may be imported twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Protocol

from django.db import transaction

from wangge.kernel.access.models import User
from wangge.kernel.access.roles import roles as all_roles
from wangge.kernel.audit.context import acting
from wangge.kernel.audit.recording import record
from wangge.kernel.tables import outcomes
from wangge.kernel.tables.outcomes import BadRow, Columns, headers
from wangge.kernel.tables.reading import Table, read
from wangge.kernel.tables.writing import Sheet
from wangge.organization import policy
from wangge.organization.actions import add_post, hire, open_office
from wangge.organization.enums import StaffCategory
from wangge.organization.errors import OrganizationError, of_the_file
from wangge.organization.kinds import table as kind_table
from wangge.organization.models import Office, Staff

LIST: Final = re.compile(r"[、,;/\s\uff0c\uff1b]+")
OFFICE_COLUMNS: Final = {
    "name": ("机构名称", "名称", "机构", "单位名称"),
    "kind": ("机构类别", "类别"),
    "path": ("区划代码", "区划", "服务区划"),
    "second_names": ("挂牌", "加挂牌子"),
    "parent": ("上级机构",),
    "department": ("主管部门",),
    "phone": ("公开电话", "电话"),
    "address": ("公开地址", "地址"),
    "on": ("设立日期",),
}
STAFF_COLUMNS: Final = {
    "display_name": ("姓名", "名字"),
    "office": ("机构", "所在机构", "单位", "部门"),
    "username": ("账号", "用户名", "登录名"),
    "staff_no": ("工号", "人员编号"),
    "post": ("岗位", "职务"),
    "category": ("人员类别", "类别"),
    "phone": ("手机", "手机号", "手机号码", "联系电话"),
    "roles": ("角色",),
    "reach": ("管辖范围",),
    "path": ("区划代码", "区划"),
    "on": ("入职日期",),
}
REQUIRED: Final = {"offices": ("name", "kind", "path"), "staff": ("display_name", "office")}


@dataclass(slots=True)
class Outcome(outcomes.Outcome):
    """With the first passwords of new accounts (user name, name, password), to hand over."""

    passwords: list[tuple[str, str, str]] = field(default_factory=list)

    def sheets(self) -> list[Sheet]:
        accounts = [Sheet("新账号", ["账号", "姓名", "初始密码"], self.passwords)] if self.passwords else []
        return [*(outcomes.Outcome.sheets(self) if self.rejected or not accounts else []), *accounts]


class Run(Protocol):
    """``import_offices`` or ``import_staff``."""

    def __call__(self, *, content: bytes, by: User | None, on: date, keep_good: bool) -> Outcome: ...


def import_offices(*, content: bytes, by: User | None, on: date, keep_good: bool) -> Outcome:
    """Open the offices of a table. ``on`` is the day for rows that name none.

    Raises ``OrganizationError`` for the file as a whole (a column missing).
    """
    table, outcome = _begin(content, OFFICE_COLUMNS, "offices")
    kinds = kind_table()
    by_label = {kind.label: kind.code for kind in kinds.values()}

    def one(values: dict[str, str]) -> None:
        path = values["path"]
        kind = values["kind"] if values["kind"] in kinds else by_label.get(values["kind"], "")
        if not kind:
            raise OrganizationError(f"没有“{values['kind']}”这个机构类别。", field="kind")
        if Office.objects.filter(path=path, kind=kind, name=values["name"], valid_to__isnull=True).exists():
            outcome.unchanged += 1
            return
        open_office(
            name=values["name"],
            kind=kind,
            path=path,
            by=by,
            on=_day(values.get("on", ""), on),
            second_names=LIST.split(values.get("second_names", "")),
            parent=_office(values.get("parent", ""), "parent", near=path),
            department=_office(values.get("department", ""), "department", near=path),
            phone=values.get("phone", ""),
            address=values.get("address", ""),
            reason="批量导入",
        )
        outcome.added += 1

    return _run(table, outcome, "offices", one, by=by, keep_good=keep_good)


def import_staff(*, content: bytes, by: User | None, on: date, keep_good: bool) -> Outcome:
    """Hire the people of a table; the first passwords of the new accounts are in the outcome, once.

    Raises ``OrganizationError`` for the file as a whole (a column missing).
    """
    table, outcome = _begin(content, STAFF_COLUMNS, "staff")
    if not {"username", "staff_no"} & outcome.found.keys():
        raise OrganizationError("表中须有“账号”或“工号”列。")
    categories = {label: value for value, label in StaffCategory.choices} | {value: value for value in StaffCategory}
    role_codes = {role.label: code for code, role in all_roles().items()}

    def one(values: dict[str, str]) -> None:
        username = values.get("username") or values.get("staff_no", "")
        if not username:
            raise OrganizationError("“账号”和“工号”至少填一个。", field="username")
        office = _office(values["office"], "office", within=values.get("path", ""), by=by)
        assert office is not None
        there = Staff.objects.filter(user__username=username).select_related("user").first()
        if there is not None and (there.user.display_name, there.office_id) == (values["display_name"], office.pk):
            outcome.unchanged += 1
            return
        category = values.get("category", "") or StaffCategory.OFFICIAL.label
        if category not in categories:
            raise OrganizationError(f"没有“{category}”这个人员类别。", field="category")
        title = values.get("post", "")
        hired = hire(
            office=office,
            by=by,
            on=_day(values.get("on", ""), on),
            username=username,
            display_name=values["display_name"],
            post=add_post(office=office, title=title, by=by) if title else None,
            staff_no=values.get("staff_no", ""),
            category=categories[category],
            phone=values.get("phone", ""),
            roles=[role_codes.get(name, name) for name in LIST.split(values.get("roles", "")) if name],
            path=values.get("reach", ""),
            reason="批量导入",
        )
        outcome.added += 1
        outcome.passwords.append((username, values["display_name"], hired.password))

    return _run(table, outcome, "staff", one, by=by, keep_good=keep_good)


def _begin(content: bytes, columns: Columns, what: str) -> tuple[Table, Outcome]:
    with of_the_file():
        table = read(content)
        found = headers(table, columns, REQUIRED[what])
    return table, Outcome(columns, found, table.columns, len(table.rows))


def _run(
    table: Table,
    outcome: Outcome,
    what: str,
    one: Callable[[dict[str, str]], None],
    *,
    by: User | None,
    keep_good: bool,
) -> Outcome:
    with acting(by):
        for row in table.rows:
            try:
                values = outcome.values(row)
                for name in REQUIRED[what]:
                    if not values[name]:
                        raise BadRow(name, "不能为空。")
                with transaction.atomic():
                    one(values)
            except BadRow as error:
                outcome.refuse(row, error.column, error.rule)
            except OrganizationError as error:
                outcome.refuse(row, error.field, str(error))
        if not outcome.finish(keep_good=keep_good):
            transaction.set_rollback(True)
            outcome.added, outcome.passwords = 0, []
        elif outcome.added:
            counts = {"rows": outcome.rows, "added": outcome.added, "rejected": len(outcome.rejected)}
            record(f"organization.import.{what}", changes=counts)
    return outcome


def _day(text: str, default: date) -> date:
    if not text:
        return default
    match = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", text)
    try:
        if match is not None:
            return date(*map(int, match.groups()))
    except ValueError:
        pass
    raise OrganizationError(f"日期“{text[:20]}”不对，应为 2024-05-01 这样的格式。", field="on")


def _office(name: str, field_name: str, *, near: str = "", within: str = "", by: User | None = None) -> Office | None:
    """The office in force of this name: ``within`` a path, or (``near``) the one that serves the place closest."""
    if not name:
        return None
    rows = Office.objects.filter(name=name, valid_to__isnull=True)
    if by is not None and not near:
        rows = rows & policy.manageable_offices(by)
    if within:
        rows = rows.filter(path=within)
    found: list[Office] = list(rows.order_by("pk")[:20])
    if near:
        serving = [office for office in found if near.startswith(office.path)]
        found = sorted(serving, key=lambda office: -len(office.path))[:1] or found
    if not found:
        raise OrganizationError(f"没有名为“{name}”的机构。", field=field_name)
    if len(found) > 1:
        raise OrganizationError(f"有{len(found)}个名为“{name}”的机构，请填写区划代码。", field=field_name)
    return found[0]
