"""Duty lists, their items and limit classes from tables."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Final

from wangge.duties.actions import acting, save_limit_class
from wangge.duties.enums import DemandType, ListKind, ListLevel
from wangge.duties.errors import DutiesError, of_the_file
from wangge.duties.models import DutyItem, DutyList
from wangge.kernel.access.models import User
from wangge.kernel.audit.recording import record
from wangge.kernel.calendar.units import Limit, Unit
from wangge.kernel.tables.outcomes import BadRow, Outcome, begin
from wangge.kernel.tables.reading import read

LIST_COLUMNS: Final = {
    "code": ("清单编码", "编码"),
    "name": ("名称", "清单名称"),
    "level": ("层级",),
    "kind": ("种类", "清单种类"),
    "path": ("适用范围", "区划代码"),
    "source": ("来源",),
}
ITEM_COLUMNS: Final = {
    "list": ("清单编码", "清单"),
    "number": ("条目号", "序号"),
    "block": ("板块",),
    "title": ("内容", "事项", "事项名称"),
    "legal_basis": ("依据", "法律依据"),
    "source": ("来源",),
}
LIMIT_COLUMNS: Final = {
    "code": ("code", "编码"),
    "name": ("name", "名称"),
    "sign": ("sign", "签收"),
    "contact": ("contact", "首次联系"),
    "finish": ("finish", "办结"),
    "extension": ("extension", "每次延期"),
    "max_extensions": ("max_extensions", "延期次数"),
    "for_demand_type": ("for_demand_type", "仅用于诉求类型"),
    "for_urgent": ("for_urgent", "用于紧急"),
    "note": ("note", "说明"),
    "source": ("source", "来源"),
}
_PATH: Final = re.compile(r"(|[0-9]{2,17})")
_LIMIT: Final = re.compile(r"([1-9][0-9]{0,3})\s*(\S+)")
_LEVELS: Final = {label: value for value, label in ListLevel.choices} | {value: value for value in ListLevel.values}
_KINDS: Final = {label: value for value, label in ListKind.choices} | {value: value for value in ListKind.values}
_UNITS: Final = {label: value for value, label in Unit.choices} | {value: value for value in Unit.values}


def _known(column: str, word: str, known: dict[str, Any]) -> str:
    if word not in known:
        raise BadRow(column, f"没有“{word[:20]}”这一项。")
    return str(known[word])


@of_the_file()
def import_lists(*, content: bytes, on: date, by: User | None, keep_good: bool = False) -> Outcome:
    """Lists in force from ``on``, added or changed by code."""
    table = read(content)
    outcome = begin(table, LIST_COLUMNS, ("code", "name", "level", "kind"))
    plan: list[dict[str, str]] = []
    for row in table.rows:
        values = outcome.values(row)
        try:
            if not values["code"] or not values["name"]:
                raise BadRow("code", "编码和名称不能为空。")
            values["level"] = _known("level", values["level"], _LEVELS)
            values["kind"] = _known("kind", values["kind"], _KINDS)
            if not _PATH.fullmatch(values.get("path", "")):
                raise BadRow("path", "不是区划代码。")
            plan.append(values)
        except BadRow as error:
            outcome.refuse(row, error.column, error.rule)
    with acting(by):
        if not outcome.finish(keep_good=keep_good):
            return outcome
        for values in plan:
            there = DutyList.objects.filter(code=values["code"]).first()
            fields = {name: value for name, value in values.items() if name != "code"}
            if there is None:
                there = DutyList.objects.create(code=values["code"], valid_from=on, **fields)
                outcome.added += 1
            elif all(getattr(there, name) == value for name, value in fields.items()):
                outcome.unchanged += 1
                continue
            else:
                for name, value in fields.items():
                    setattr(there, name, value)
                there.save(update_fields=list(fields))
                outcome.changed += 1
            record("duties.list.save", there, path=there.path, changes={"name": [None, there.name]})
    return outcome


@of_the_file()
def import_items(*, content: bytes, by: User | None, keep_good: bool = False) -> Outcome:
    """Items added or changed by list and number. Dispatched cases keep the words they cited."""
    table = read(content)
    outcome = begin(table, ITEM_COLUMNS, ("list", "number", "title"))
    with acting(by):
        lists = {row.code: row for row in DutyList.objects.all()}
        lists |= {row.name: row for row in lists.values()}
        there = {(row.duty_list_id, row.number): row for row in DutyItem.objects.select_for_update()}
        plan: dict[tuple[int, str], dict[str, Any]] = {}
        for row in table.rows:
            values: dict[str, Any] = outcome.values(row)
            try:
                held_by = lists.get(values.pop("list"))
                if held_by is None:
                    raise BadRow("list", "没有这份清单，请先导入清单。")
                if not values["number"] or len(values["number"]) > 20:
                    raise BadRow("number", "条目号应为1到20个字。")
                if not values["title"] or len(values["title"]) > 200:
                    raise BadRow("title", "内容应为1到200个字。")
                key = (held_by.pk, values.pop("number"))
                if key in plan:
                    raise BadRow("number", f"条目号{key[1]}重复。")
                plan[key] = values | {"sort": row.number}
            except BadRow as error:
                outcome.refuse(row, error.column, error.rule)
        if outcome.finish(keep_good=keep_good):
            _store_items(plan, there, outcome)
    return outcome


def _store_items(
    plan: dict[tuple[int, str], dict[str, Any]], there: dict[tuple[int, str], DutyItem], outcome: Outcome
) -> None:
    fresh: list[DutyItem] = []
    changed: list[DutyItem] = []
    for (list_id, number), fields in plan.items():
        item = there.get((list_id, number))
        if item is None:
            fresh.append(DutyItem(duty_list_id=list_id, number=number, **fields))
        elif any(getattr(item, name) != value for name, value in fields.items() if name != "sort"):
            for name, value in fields.items():
                setattr(item, name, value)
            changed.append(item)
        else:
            outcome.unchanged += 1
    DutyItem.objects.bulk_create(fresh)
    DutyItem.objects.bulk_update(changed, ["block", "title", "legal_basis", "source", "sort"])
    outcome.added, outcome.changed = len(fresh), len(changed)
    if outcome.stored:
        record("duties.item.import", changes={"added": [0, outcome.added], "changed": [0, outcome.changed]})


def parse_limit(text: str) -> Limit:
    """``2 hour``, ``5 工作日``. Raises ``ValueError``."""
    found = _LIMIT.fullmatch(text.strip())
    if found is None or found[2] not in _UNITS:
        raise ValueError(f"“{text[:20]}”应为数值加单位，如“5 工作日”。")
    return Limit(int(found[1]), Unit(_UNITS[found[2]]))


@of_the_file()
def import_limits(*, content: bytes, by: User | None) -> int:
    """Limit classes by code, all or none; the number of rows. Raises ``DutiesError``."""
    table = read(content)
    outcome = begin(table, LIMIT_COLUMNS, ("code", "name", "sign", "contact", "finish", "extension"))
    with acting(by):
        for row in table.rows:
            values = outcome.values(row)
            fields: dict[str, Any] = {"name": values["name"], "for_urgent": values.get("for_urgent", "") in {"1", "是"}}
            try:
                for phase in ("sign", "contact", "finish", "extension"):
                    limit = parse_limit(values[phase])
                    fields |= {f"{phase}_value": limit.value, f"{phase}_unit": str(limit.unit)}
                fields["max_extensions"] = int(values.get("max_extensions") or 0)
            except ValueError as error:
                raise DutiesError(f"第{row.number}行：{error}", field="file") from error
            demand = values.get("for_demand_type", "")
            if demand and demand not in DemandType.values:
                raise DutiesError(f"第{row.number}行：没有诉求类型“{demand}”。", field="file")
            fields |= {"for_demand_type": demand, "note": values.get("note", ""), "source": values.get("source", "")}
            save_limit_class(code=values["code"], by=by, **fields)
    return len(table.rows)
