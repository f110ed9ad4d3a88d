"""Duties from a table: kind × place → who leads and helps, on which item, within which limits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Q

from wangge.duties import policy
from wangge.duties.actions import acting
from wangge.duties.errors import DutiesError, of_the_file
from wangge.duties.models import Catalogue, Duty, DutyItem, Kind, LimitClass
from wangge.duties.resolution import ALTERNATIVES
from wangge.kernel.access.models import User
from wangge.kernel.audit.recording import record
from wangge.kernel.tables.outcomes import BadRow, Outcome, begin, cells
from wangge.kernel.tables.reading import Row, read
from wangge.organization.kinds import table as office_kind_table
from wangge.organization.models import Office

COLUMNS: Final = {
    "kind": ("类别编码", "编码", "kind"),
    "path": ("适用范围", "区划代码", "区划", "path"),
    "lead": ("主办", "主办机构", "主办单位", "lead"),
    "assists": ("协办", "协办机构", "协办单位", "assists"),
    "limit": ("时限等级", "时限", "limit"),
    "list": ("清单编码", "清单", "list"),
    "item": ("条目号", "清单条目", "item"),
    "community_list": ("社区清单编码", "community_list"),
    "community_item": ("社区条目号", "community_item"),
    "note": ("说明", "备注", "note"),
    "source": ("来源", "source"),
}
SEVERAL: Final = re.compile(r"[、,;\s\uff0c\uff1b]+")
PATH: Final = re.compile(r"(|[0-9]{2,17})")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A duty as a row describes it, compared with what is in force."""

    kind: Kind
    path: str
    lead_kind: str
    lead_office_id: int | None
    assist_kinds: tuple[str, ...]
    assist_office_ids: tuple[int, ...]
    item_id: int | None
    limit_id: int
    community_item_id: int | None
    note: str
    source: str

    def same_as(self, duty: Duty, assists: set[int]) -> bool:
        columns = ("lead_kind", "lead_office_id", "item_id", "limit_id", "community_item_id", "note", "source")
        return (
            all(getattr(duty, name) == getattr(self, name) for name in columns)
            and tuple(duty.assist_kinds) == self.assist_kinds
            and assists == set(self.assist_office_ids)
        )


class _Books:
    """What the cells of a row refer to, read once."""

    def __init__(self, catalogue: Catalogue, by: User | None) -> None:
        self.by = by
        self.kinds = {row.code: row for row in Kind.objects.filter(catalogue=catalogue)}
        kinds = office_kind_table().values()
        self.office_kinds = {row.code: row.code for row in kinds}
        self.office_kinds |= {row.label: row.code for row in kinds}
        self.limits = {row.code: row.pk for row in LimitClass.objects.all()}
        self.limits |= {row.name: row.pk for row in LimitClass.objects.all()}
        self.items: dict[tuple[str, str], DutyItem] = {}
        for item in DutyItem.objects.select_related("duty_list"):
            for list_name in (item.duty_list.code, item.duty_list.name):
                self.items[list_name, item.number] = item

    def wanted(self, values: dict[str, str]) -> Wanted:
        kind = self.kinds.get(values["kind"])
        if kind is None:
            raise BadRow("kind", f"目录中没有类别{values['kind'][:20]}。")
        path = values.get("path", "")
        if not PATH.fullmatch(path):
            raise BadRow("path", f"“{path[:20]}”不是区划代码。")
        if not policy.may_manage(self.by, path):
            raise BadRow("path", "您没有维护该范围职责的权限。")
        lead_kind, lead_office = self.office("lead", values["lead"], path)
        if not lead_kind and lead_office is None:
            raise BadRow("lead", "不能为空。")
        helpers = [self.office("assists", word, path) for word in cells(SEVERAL.split(values.get("assists", "")))]
        limit = self.limits.get(values["limit"])
        if limit is None:
            raise BadRow("limit", f"没有时限等级“{values['limit'][:20]}”。")
        item = self.item("item", values.get("list", ""), values.get("item", ""))
        community = self.item("community_item", values.get("community_list", ""), values.get("community_item", ""))
        if community is not None and community.duty_list.level != "community":
            raise BadRow("community_item", "社区承办的依据必须是社区清单的条目。")
        return Wanted(
            kind=kind,
            path=path,
            lead_kind=lead_kind,
            lead_office_id=lead_office,
            assist_kinds=tuple(code for code, _ in helpers if code),
            assist_office_ids=tuple(pk for _, pk in helpers if pk is not None),
            item_id=item.pk if item else None,
            limit_id=limit,
            community_item_id=community.pk if community else None,
            note=values.get("note", "")[:200],
            source=values.get("source", "")[:120],
        )

    def office(self, column: str, words: str, path: str) -> tuple[str, int | None]:
        """(office kind codes, None), or ("", the id of the office of that name)."""
        parts = [part.strip() for part in words.split(ALTERNATIVES) if part.strip()]
        codes = [self.office_kinds.get(part, "") for part in parts]
        if all(codes):
            return ALTERNATIVES.join(codes), None
        if len(parts) == 1:
            rows = Office.objects.filter(name=parts[0], valid_to__isnull=True)
            if path:  # in the place or serving it from above
                rows = rows.filter(Q(path__startswith=path) | Q(path__in=[path[:n] for n in range(2, len(path))]))
            named = list(rows[:2])
            if len(named) == 1:
                return "", named[0].pk
            if named:
                raise BadRow(column, f"叫“{parts[0][:30]}”的机构不止一个，请写机构类型代码并填适用范围。")
        unknown = parts[codes.index("")]
        raise BadRow(column, f"没有“{unknown[:30]}”这个机构类型或机构。")

    def item(self, column: str, list_name: str, number: str) -> DutyItem | None:
        if not list_name and not number:
            return None
        item = self.items.get((list_name, number))
        if item is None:
            raise BadRow(column, f"清单“{list_name[:30]}”没有第{number[:20]}项。")
        return item


@of_the_file()
def import_duties(
    *,
    content: bytes,
    catalogue: Catalogue,
    on: date,
    by: User | None,
    keep_good: bool = False,
    only_missing: bool = False,
) -> Outcome:
    """Duties in force from ``on``. A row that differs from the duty in force ends that one and adds its successor.

    ``only_missing`` leaves kinds and places alone that have ever had a duty (how the shipped data is loaded
    over a district's own). Raises ``DutiesError`` for the file as a whole.
    """
    table = read(content)
    outcome = begin(table, COLUMNS, ("kind", "lead", "limit"))
    managed = policy.managed_paths(by)
    if not managed:
        raise DutiesError("您没有维护清单和职责的权限。")
    with acting(by, managed[0]):  # each row is checked by its own path below
        books = _Books(catalogue, by)
        open_duties = {(d.kind_code, d.path): d for d in Duty.objects.select_for_update().filter(valid_to__isnull=True)}
        assists: dict[int, set[int]] = {}
        for duty_id, office_id in Duty.assist_offices.through.objects.values_list("duty_id", "office_id"):
            assists.setdefault(duty_id, set()).add(office_id)
        known = set(Duty.objects.values_list("kind_code", "path")) if only_missing else set()
        plan: dict[tuple[str, str], tuple[Row, Wanted]] = {}
        for row in table.rows:
            try:
                wanted = books.wanted(outcome.values(row))
                key = (wanted.kind.code, wanted.path)
                if key in plan:
                    raise BadRow("kind", f"与第{plan[key][0].number}行重复。")
                there = open_duties.get(key)
                if there is not None and there.valid_from > on and key not in known:
                    raise BadRow("kind", f"已有自{there.valid_from}起的职责，不能以更早的日期变更。")
                plan[key] = (row, wanted)
            except BadRow as error:
                outcome.refuse(row, error.column, error.rule)
        if outcome.finish(keep_good=keep_good):
            _store([wanted for _, wanted in plan.values()], open_duties, assists, known, on, outcome)
    return outcome


def _store(  # noqa: PLR0917 - what the importer has read, handed on once
    wanted: list[Wanted],
    open_duties: dict[tuple[str, str], Duty],
    assists: dict[int, set[int]],
    known: set[tuple[str, str]],
    on: date,
    outcome: Outcome,
) -> None:
    ended: list[Duty] = []
    fresh: list[tuple[Wanted, Duty]] = []
    for one in wanted:
        key = (one.kind.code, one.path)
        there = open_duties.get(key)
        if key in known or (there is not None and one.same_as(there, assists.get(there.pk, set()))):
            outcome.unchanged += 1
            continue
        if there is not None:
            there.valid_to = on
            ended.append(there)
            outcome.changed += 1
        else:
            outcome.added += 1
        fresh.append((one, _row(one, on)))
    Duty.objects.bulk_update(ended, ["valid_to"])
    Duty.objects.bulk_create([duty for _, duty in fresh])
    through = Duty.assist_offices.through
    through.objects.bulk_create(
        [through(duty_id=duty.pk, office_id=pk) for one, duty in fresh for pk in one.assist_office_ids]
    )
    if fresh:
        changes = {"added": [0, outcome.added], "changed": [0, outcome.changed], "valid_from": [None, on]}
        record("duties.duty.import", changes=changes)


def _row(one: Wanted, on: date) -> Duty:
    return Duty(
        kind=one.kind,
        kind_code=one.kind.code,
        path=one.path,
        lead_kind=one.lead_kind,
        lead_office_id=one.lead_office_id,
        assist_kinds=list(one.assist_kinds),
        item_id=one.item_id,
        limit_id=one.limit_id,
        community_may_handle=one.community_item_id is not None,
        community_item_id=one.community_item_id,
        valid_from=on,
        note=one.note,
        source=one.source,
    )
