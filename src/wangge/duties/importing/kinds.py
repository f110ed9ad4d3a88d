"""The tree of kinds from a table: either one row a kind with its code, or one row a leaf with the names above it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from wangge.duties.actions import acting, mark_leaves
from wangge.duties.enums import CatalogueState, DemandType, SevenFive
from wangge.duties.errors import DutiesError, of_the_file
from wangge.duties.models import Catalogue, Kind
from wangge.kernel.access.models import User
from wangge.kernel.audit.recording import record
from wangge.kernel.tables.outcomes import BadRow, Outcome, begin, cells
from wangge.kernel.tables.reading import Row, Table, read

COLUMNS: Final = {
    "code": ("编码", "类别编码", "代码", "code"),
    "name": ("名称", "类别名称", "类别", "name"),
    "keywords": ("常用说法", "关键词", "keywords"),
    "demand_types": ("诉求类型", "demand_types"),
    "urgent": ("紧急", "urgent"),
    "seven_five": ("七有五性", "seven_five"),
    "filing_condition": ("立案条件", "filing_condition"),
    "closing_condition": ("结案条件", "closing_condition"),
    "source": ("来源", "source"),
}
NAME_COLUMNS: Final = {
    f"level{n}": (f"{word}级分类", f"{word}级类别", f"{n}级分类", f"level{n}")
    for n, word in enumerate("一二三四", start=1)
}
CODE: Final = re.compile(r"([0-9]{2}){1,4}")
WORDS: Final = re.compile(r"[、,;/\s\uff0c\uff1b]+")
YES: Final = {"1", "是", "√", "true", "yes", "y"}
NO: Final = {"", "0", "否", "false", "no", "n"}
_DEMANDS: Final = {label: value for value, label in DemandType.choices} | {value: value for value in DemandType.values}
_SEVEN: Final = {label: value for value, label in SevenFive.choices} | {value: value for value in SevenFive.values}


@dataclass(slots=True)
class Planned:
    """A kind as a row describes it. ``fields`` holds only what the file has columns for."""

    row: Row
    code: str
    fields: dict[str, Any] = field(default_factory=dict)


@of_the_file()
def import_tree(*, content: bytes, catalogue: Catalogue, by: User | None, keep_good: bool = False) -> Outcome:
    """Kinds into a draft ``catalogue``: added by code, changed where they differ; none is removed.

    With columns 一级分类, 二级分类… instead of codes, codes are given in order of appearance; a kind that
    this or an earlier catalogue has under the same names keeps its code. Raises ``DutiesError`` for the
    file as a whole.
    """
    if catalogue.state != CatalogueState.DRAFT:
        raise DutiesError("只能导入到草稿目录；现行目录请先建立新版本。")
    table = read(content)
    by_names = "一级分类" in table.columns or any(h in table.columns for h in NAME_COLUMNS["level1"])
    columns = COLUMNS | NAME_COLUMNS if by_names else COLUMNS
    outcome = begin(table, columns, ("level1",) if by_names else ("code", "name"))
    with acting(by):
        there = {row.code: row for row in Kind.objects.select_for_update().filter(catalogue=catalogue)}
        if by_names:
            planned = _plan_by_names(table, catalogue, outcome)
        else:
            planned = _plan_by_codes(table, there.keys(), outcome)
        if outcome.finish(keep_good=keep_good):
            _store(planned, there, catalogue, outcome)
            if outcome.stored:
                counts = {"added": [0, outcome.added], "changed": [0, outcome.changed]}
                record("duties.catalogue.import", catalogue, changes=counts)
    return outcome


def _plan_by_codes(table: Table, known: Iterable[str], outcome: Outcome) -> dict[str, Planned]:
    planned: dict[str, Planned] = {}
    for row in table.rows:
        try:
            values = outcome.values(row)
            code = values["code"]
            if not CODE.fullmatch(code):
                raise BadRow("code", f"编码“{code[:20]}”应为2、4、6或8位数字，每两位一级。")
            if code in planned:
                raise BadRow("code", f"编码{code}与第{planned[code].row.number}行重复。")
            planned[code] = Planned(row, code, _fields(values))
        except BadRow as error:
            outcome.refuse(row, error.column, error.rule)
    codes = set(planned) | set(known)
    for code in sorted(planned):  # parents come before their children, so one refusal carries down
        if len(code) > 2 and code[:-2] not in codes:
            outcome.refuse(planned[code].row, "code", f"没有上级类别{code[:-2]}。")
            codes.discard(code)
            del planned[code]
    return planned


def _fields(values: dict[str, str]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if "name" in values:
        fields["name"] = _short("name", values["name"], 60, needed=True)
    if "keywords" in values:
        fields["keywords"] = [_short("keywords", word, 40) for word in cells(WORDS.split(values["keywords"]))]
    if "demand_types" in values:
        fields["demand_types"] = [
            _one_of("demand_types", w, _DEMANDS) for w in cells(WORDS.split(values["demand_types"]))
        ]
    if "urgent" in values:
        word = values["urgent"].lower()
        if word not in YES | NO:
            raise BadRow("urgent", f"“{word[:10]}”应为“是”或“否”。")
        fields["urgent"] = word in YES
    if "seven_five" in values:
        fields["seven_five"] = _one_of("seven_five", values["seven_five"], _SEVEN) if values["seven_five"] else ""
    for name in ("filing_condition", "closing_condition"):
        if name in values:
            fields[name] = _short(name, values[name], 2000)
    if "source" in values:
        fields["source"] = _short("source", values["source"], 120)
    return fields


def _short(column: str, text: str, longest: int, *, needed: bool = False) -> str:
    if needed and not text:
        raise BadRow(column, "不能为空。")
    if len(text) > longest:
        raise BadRow(column, f"最多{longest}个字，实有{len(text)}个。")
    return text


def _one_of(column: str, word: str, known: dict[str, Any]) -> str:
    if word not in known:
        raise BadRow(column, f"没有“{word[:20]}”这一项。")
    return str(known[word])


def _plan_by_names(table: Table, catalogue: Catalogue, outcome: Outcome) -> dict[str, Planned]:
    levels = [name for name in NAME_COLUMNS if name in outcome.found]
    codes = _codes_by_names(catalogue)
    taken: dict[str, set[str]] = defaultdict(set)
    for code in codes.values():
        taken[code[:-2]].add(code)
    planned: dict[str, Planned] = {}
    leaves: dict[tuple[str, ...], int] = {}
    for row in table.rows:
        try:
            values = outcome.values(row)
            names = tuple(values[level] for level in levels)
            while names and not names[-1]:
                names = names[:-1]
            if not names or "" in names:
                raise BadRow(levels[0], "上级分类不能为空。")
            if names in leaves:
                raise BadRow(levels[len(names) - 1], f"与第{leaves[names]}行重复。")
            leaves[names] = row.number
            fields = _fields(values | {"name": names[-1]})
            for depth in range(1, len(names)):
                code = _code_for(names[:depth], codes, taken)
                planned.setdefault(code, Planned(row, code, {"name": _short(levels[depth - 1], names[depth - 1], 60)}))
            code = _code_for(names, codes, taken)
            planned[code] = Planned(row, code, fields)
        except BadRow as error:
            outcome.refuse(row, error.column, error.rule)
    return planned


def _codes_by_names(catalogue: Catalogue) -> dict[tuple[str, ...], str]:
    """Names from the root → code: of the catalogue itself, else of the earlier ones, so that codes stay stable.

    Codes are only carried over from a catalogue of the same family (name), never mixed between different trees.
    """
    codes: dict[tuple[str, ...], str] = {}
    family = Kind.objects.filter(catalogue__name=catalogue.name).order_by("catalogue_id", "level")
    names: dict[int, tuple[str, ...]] = {}
    for row in family:
        names[row.pk] = (*names.get(row.parent_id or 0, ()), row.name)
        codes[names[row.pk]] = row.code
    return codes


def _code_for(names: tuple[str, ...], codes: dict[tuple[str, ...], str], taken: dict[str, set[str]]) -> str:
    if names not in codes:
        above = codes[names[:-1]] if len(names) > 1 else ""
        free = next((n for n in range(1, 100) if f"{above}{n:02}" not in taken[above]), None)
        if free is None:
            raise BadRow("level1", "同一上级下最多99个类别。")
        codes[names] = f"{above}{free:02}"
        taken[above].add(codes[names])
    return codes[names]


def _store(planned: dict[str, Planned], there: dict[str, Kind], catalogue: Catalogue, outcome: Outcome) -> None:
    by_code = dict(there)
    for level in range(1, 5):
        fresh: list[Kind] = []
        for code in sorted(c for c in planned if len(c) == 2 * level):
            fields = planned[code].fields
            parent = by_code[code[:-2]] if level > 1 else None
            kind = by_code.get(code)
            if kind is None:
                kind = Kind(
                    catalogue=catalogue, code=code, level=level, parent=parent, sort=int(code.ljust(8, "0")), **fields
                )
                by_code[code] = kind
                fresh.append(kind)
                outcome.added += 1
            elif any(getattr(kind, name) != value for name, value in fields.items()):
                for name, value in fields.items():
                    setattr(kind, name, value)
                kind.save(update_fields=list(fields))
                outcome.changed += 1
            else:
                outcome.unchanged += 1
        Kind.objects.bulk_create(fresh)
    mark_leaves(catalogue.pk)
