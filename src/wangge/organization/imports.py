"""Offices and staff from a table. Each row is judged alone; the user chose to keep the good rows or none.

A row that says what is already there counts as unchanged, so that a file may be imported twice.
"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Protocol

import xlsxwriter
from django.db import transaction

from wangge.kernel.access.models import User
from wangge.kernel.access.roles import roles as all_roles
from wangge.kernel.audit.recording import record
from wangge.organization import policy
from wangge.organization.acting import acting
from wangge.organization.actions import add_post, hire, open_office
from wangge.organization.enums import StaffCategory
from wangge.organization.errors import OrganizationError
from wangge.organization.kinds import table as kind_table
from wangge.organization.models import Office, Staff
from wangge.organization.reading import Row, Table

LIST: Final = re.compile(r"[、,;/\s\uff0c\uff1b]+")
# Column → the headers under which it is found; the first is its name in messages and in the sample file.
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


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row was not taken: the row, the column (empty: the row as a whole) and the rule."""

    row: int
    column: str
    rule: str

    def __str__(self) -> str:
        where = f"第{self.row}行" + (f"“{self.column}”" if self.column else "")
        return f"{where}:{self.rule}"


@dataclass(slots=True)
class Outcome:
    """What an import did. ``kept`` is False when nothing was stored because a row was wrong."""

    columns: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    rows: int = 0
    added: int = 0
    unchanged: int = 0
    kept: bool = True
    problems: list[Problem] = field(default_factory=list)
    rejected: list[Row] = field(default_factory=list)
    passwords: list[tuple[str, str, str]] = field(default_factory=list)

    def workbook(self) -> bytes:
        """The rows not taken, each with its reasons, and the first passwords of new accounts, to hand over."""
        file = io.BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(file, options) as book:
            if self.rejected or not self.passwords:
                reasons: dict[int, list[str]] = defaultdict(list)
                for problem in self.problems:
                    reasons[problem.row].append(f"{problem.column}:{problem.rule}" if problem.column else problem.rule)
                lines = [
                    [*(row.values.get(column, "") for column in self.columns), ";".join(reasons[row.number])]
                    for row in self.rejected
                ]
                _write(book, "未导入", [*self.columns, "原因"], lines)
            if self.passwords:
                _write(book, "新账号", ["账号", "姓名", "初始密码"], [list(line) for line in self.passwords])
        return file.getvalue()


class Run(Protocol):
    """``import_offices`` or ``import_staff``."""

    def __call__(self, *, table: Table, by: User | None, on: date, keep_good: bool) -> Outcome: ...


def sample(columns: dict[str, tuple[str, ...]]) -> bytes:
    """An empty workbook with the headers."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        _write(book, "导入", [names[0] for names in columns.values()], [])
    return file.getvalue()


def _write(book: xlsxwriter.Workbook, title: str, header: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    sheet = book.add_worksheet(title)
    bold = book.add_format({"bold": True})
    for column, name in enumerate(header):
        sheet.write_string(0, column, name, bold)
        sheet.set_column(column, column, 18)
    for number, line in enumerate(lines, start=1):
        for column, value in enumerate(line):
            sheet.write_string(number, column, value[:32_767])


def import_offices(*, table: Table, by: User | None, on: date, keep_good: bool) -> Outcome:
    """Open the offices of ``table``. ``on`` is the day for rows that name none.

    Raises ``OrganizationError`` for the file as a whole (a column missing).
    """
    found = _columns(table, OFFICE_COLUMNS, "offices")
    kinds = kind_table()
    by_label = {kind.label: kind.code for kind in kinds.values()}

    def one(values: dict[str, str], outcome: Outcome) -> None:
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

    return _run(table, found, "offices", one, OFFICE_COLUMNS, by=by, keep_good=keep_good)


def import_staff(*, table: Table, by: User | None, on: date, keep_good: bool) -> Outcome:
    """Hire the people of ``table``; the first passwords of the new accounts are in the outcome, once.

    Raises ``OrganizationError`` for the file as a whole (a column missing).
    """
    found = _columns(table, STAFF_COLUMNS, "staff")
    if not {"username", "staff_no"} & found.keys():
        raise OrganizationError("表中须有“账号”或“工号”列。")
    categories = {label: value for value, label in StaffCategory.choices} | {value: value for value in StaffCategory}
    role_codes = {role.label: code for code, role in all_roles().items()}

    def one(values: dict[str, str], outcome: Outcome) -> None:
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

    return _run(table, found, "staff", one, STAFF_COLUMNS, by=by, keep_good=keep_good)


def _columns(table: Table, known: dict[str, tuple[str, ...]], what: str) -> dict[str, str]:
    """Field → the header it has in this file."""
    found = {
        name: next(header for header in headers if header in table.columns)
        for name, headers in known.items()
        if any(header in table.columns for header in headers)
    }
    missing = [known[name][0] for name in REQUIRED[what] if name not in found]
    if missing:
        raise OrganizationError(f"缺少列:{'、'.join(missing)}。")
    return found


def _run(
    table: Table,
    found: dict[str, str],
    what: str,
    one: Callable[[dict[str, str], Outcome], None],
    known: dict[str, tuple[str, ...]],
    *,
    by: User | None,
    keep_good: bool,
) -> Outcome:
    outcome = Outcome(columns=table.columns, rows=len(table.rows))
    outcome.ignored = tuple(column for column in table.columns if column not in found.values())
    with acting(by):
        for row in table.rows:
            values = {name: row.values.get(header, "") for name, header in found.items()}
            try:
                for name in REQUIRED[what]:
                    if not values[name]:
                        raise OrganizationError("不能为空。", field=name)
                with transaction.atomic():
                    one(values, outcome)
            except OrganizationError as error:
                column = found.get(error.field) or known.get(error.field, ("",))[0]
                outcome.problems.append(Problem(row.number, column, str(error)))
                outcome.rejected.append(row)
        if outcome.problems and not keep_good:
            transaction.set_rollback(True)
            outcome.kept, outcome.added, outcome.passwords = False, 0, []
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
    raise OrganizationError(f"日期“{text[:20]}”不对,应为 2024-05-01 这样的格式。", field="on")


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
        raise OrganizationError(f"有{len(found)}个名为“{name}”的机构,请填写区划代码。", field=field_name)
    return found[0]
