"""Kinds and duties held in the process, so that resolving costs one tiny query, and none in bulk.

Every write to a watched table changes ``Revision.token`` (a database trigger, so no writer can forget).
``current()`` compares the token inside the caller's own transaction and reloads when it differs: what it
answers is always what the transaction sees, a rollback included. ``pinned()`` keeps one snapshot for a
block: imports resolve tens of thousands of rows by it without asking again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from wangge.duties.models import Catalogue, Duty, DutyItem, Kind, LimitClass
from wangge.kernel import rows
from wangge.kernel.calendar.units import Limit
from wangge.kernel.periods import holds
from wangge.organization.models import OfficeKind


@dataclass(frozen=True, slots=True)
class Limits:
    """How long each phase may take, and the class it comes from."""

    sign: Limit
    contact: Limit
    finish: Limit
    extension: Limit
    max_extensions: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class KindRef:
    id: int
    catalogue_id: int
    code: str
    parent_id: int | None
    name: str
    full_name: str
    is_leaf: bool
    urgent: bool
    demand_types: tuple[str, ...]
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ItemRef:
    id: int
    list_name: str
    list_kind: str
    list_path: str
    list_from: date
    list_to: date | None
    number: str
    title: str
    legal_basis: str


@dataclass(frozen=True, slots=True)
class DutyRef:
    id: int
    code: str
    path: str
    lead_kind: str
    lead_office_id: int | None
    assist_kinds: tuple[str, ...]
    assist_office_ids: tuple[int, ...]
    item: ItemRef | None
    limit_code: str
    community_item: ItemRef | None
    community_may_handle: bool
    valid_from: date
    valid_to: date | None

    def holds(self, on: date) -> bool:
        return holds(self.valid_from, self.valid_to, on)


@dataclass(slots=True)
class Snapshot:
    """Everything ``resolution`` and ``suggestion`` read. ``memo`` is theirs; it dies with the snapshot."""

    token: UUID | None
    kinds: dict[int, KindRef]
    current_catalogue_id: int | None
    duties: dict[str, dict[str, list[DutyRef]]]  # kind code → path → rows, newest first
    limits: dict[str, Limits]
    limit_for_demand: dict[str, str]
    urgent_limit: str
    office_labels: dict[str, str]
    memo: dict[Any, Any] = field(default_factory=dict)

    def current_leaves(self) -> list[KindRef]:
        return [k for k in self.kinds.values() if k.is_leaf and k.catalogue_id == self.current_catalogue_id]

    def leaf(self, code: str) -> KindRef | None:
        """The kind in force with this code, if nothing is below it."""
        leaves: dict[str, KindRef] | None = self.memo.get("leaves")
        if leaves is None:
            leaves = self.memo["leaves"] = {kind.code: kind for kind in self.current_leaves()}
        return leaves.get(code)


_pinned: ContextVar[Snapshot | None] = ContextVar("wangge_duties_pinned", default=None)
_held: Snapshot | None = None


def current() -> Snapshot:
    """The snapshot of what the caller's transaction sees (or of the enclosing ``pinned`` block)."""
    global _held  # noqa: PLW0603 - one snapshot per process is the point
    pinned_here = _pinned.get()
    if pinned_here is not None:
        return pinned_here
    token = _token()
    held = _held
    if held is not None and token is not None and held.token == token:
        return held
    _held = held = _load(token)
    return held


def _token() -> UUID | None:
    with rows.cursor() as cursor:
        cursor.execute("SELECT token FROM duties_revision ORDER BY id LIMIT 1")
        row = cursor.fetchone()
    return row[0] if row is not None else None


@contextmanager
def pinned() -> Iterator[Snapshot]:
    """Use one snapshot for the block, without asking the database again."""
    mark = _pinned.set(current())
    try:
        yield _pinned.get()  # type: ignore[misc]
    finally:
        _pinned.reset(mark)


def code_of(kind_id: int) -> str:
    """The code of a kind. It never changes: a snapshot that knows the kind need not be the newest."""
    held = _held if _held is not None and kind_id in _held.kinds else current()
    return held.kinds[kind_id].code


def limits_of(row: LimitClass) -> Limits:
    return Limits(row.sign, row.contact, row.finish, row.extension, row.max_extensions, row.code, row.name)


def _load(token: UUID | None) -> Snapshot:
    limit_rows = list(LimitClass.objects.all())
    limit_codes = {row.pk: row.code for row in limit_rows}
    published = Catalogue.objects.filter(state="published").values_list("pk", flat=True).first()
    return Snapshot(
        token=token,
        kinds=_kinds(),
        current_catalogue_id=published,
        duties=_duties(limit_codes),
        limits={row.code: limits_of(row) for row in limit_rows},
        limit_for_demand={row.for_demand_type: row.code for row in limit_rows if row.for_demand_type},
        urgent_limit=next((row.code for row in limit_rows if row.for_urgent), ""),
        office_labels=dict(OfficeKind.objects.order_by().values_list("code", "label")),
    )


def _kinds() -> dict[int, KindRef]:
    found: dict[int, KindRef] = {}
    for row in Kind.objects.order_by("level", "sort", "code"):
        above = found.get(row.parent_id) if row.parent_id else None
        found[row.pk] = KindRef(
            id=row.pk,
            catalogue_id=row.catalogue_id,
            code=row.code,
            parent_id=row.parent_id,
            name=row.name,
            full_name=f"{above.full_name} / {row.name}" if above else row.name,
            is_leaf=row.is_leaf,
            urgent=row.urgent,
            demand_types=tuple(row.demand_types),
            keywords=tuple(row.keywords),
        )
    return found


def _duties(limit_codes: dict[int, str]) -> dict[str, dict[str, list[DutyRef]]]:
    items = {row.pk: _item(row) for row in DutyItem.objects.select_related("duty_list")}
    assists: dict[int, list[int]] = defaultdict(list)
    through = Duty.assist_offices.through.objects.order_by("pk").values_list("duty_id", "office_id")
    for duty_id, office_id in through:
        assists[duty_id].append(office_id)
    found: dict[str, dict[str, list[DutyRef]]] = defaultdict(lambda: defaultdict(list))
    for row in Duty.objects.order_by("-valid_from", "-id"):
        found[row.kind_code][row.path].append(
            DutyRef(
                id=row.pk,
                code=row.kind_code,
                path=row.path,
                lead_kind=row.lead_kind,
                lead_office_id=row.lead_office_id,
                assist_kinds=tuple(row.assist_kinds),
                assist_office_ids=tuple(assists.get(row.pk, ())),
                item=items[row.item_id] if row.item_id else None,
                limit_code=limit_codes[row.limit_id],
                community_item=items[row.community_item_id] if row.community_item_id else None,
                community_may_handle=row.community_may_handle,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
            )
        )
    return {code: dict(paths) for code, paths in found.items()}


def _item(row: DutyItem) -> ItemRef:
    held_by = row.duty_list
    return ItemRef(
        row.pk, held_by.name, held_by.kind, held_by.path, held_by.valid_from, held_by.valid_to, row.number, row.title,
        row.legal_basis,
    )  # fmt: skip
