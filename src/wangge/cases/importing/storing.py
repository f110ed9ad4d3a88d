"""Orders into cases, a chunk at a time: owners, clocks and numbers in memory, then one COPY per table.

What a form does row by row happens here for thousands at once, with the same validators, the same plans
and the same rows left behind (transition, parts, clocks); one audit entry names the chunk.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from wangge.cases.dispatching import Plan, limits_as_json, plans
from wangge.cases.enums import CaseState, Channel, ClockName, DemandType, PartRole, PartState, Urgency
from wangge.cases.importing.rows import Order
from wangge.cases.words import vector
from wangge.duties import snapshot
from wangge.duties.suggestion import suggest_kinds
from wangge.kernel.access.database import as_system
from wangge.kernel.access.personal import blind_index, encrypt
from wangge.kernel.audit.context import Actor, actor_for
from wangge.kernel.audit.recording import record
from wangge.kernel.calendar.clocks import begin
from wangge.kernel.calendar.units import Limit
from wangge.kernel.numbering.numbers import take
from wangge.kernel.tables.writing import Rejected

CHUNK: Final = 2000
# Nobody presses the button for an import: only plans this sure are dispatched, the rest waits for a person.
SURE: Final = 0.6

CASE: Final = (
    "id", "version", "number", "source_system", "source_number", "channel", "demand_type", "urgency", "title", "text",
    "kind_id", "path", "address", "lng", "lat", "crs", "is_private", "is_anonymous", "reply_wanted", "needs_check",
    "state", "lead_office_id", "holder_office_id", "office_ids", "duty_id", "list_item", "legal_basis",
    "dispatch_reason", "limit_name", "limits", "designated", "returns", "reworks", "extensions", "call_backs",
    "is_problem", "escalated_to", "next_due_at", "finish_due_at", "disposition", "reply", "result_class", "solved",
    "satisfaction", "created_at", "dispatched_at", "created_by_id",
)  # fmt: skip
TRANSITION: Final = (
    "subject_id", "step", "source", "target", "actor_kind", "actor_id", "actor_label", "office_id", "to_office_id",
    "reason", "data", "at",
)  # fmt: skip
PART: Final = ("case_id", "office_id", "role", "state", "asked", "answer", "created_at")
CLOCK: Final = ("case_id", "name", "limit_value", "limit_unit", "started_at", "due_at", "warn_at", "outcome")
REQUESTERS: Final = (
    "INSERT INTO cases_requester (case_id, name, phone, phone_index, is_organization)"
    " SELECT *, false FROM unnest(%s::bigint[], %s::bytea[], %s::bytea[], %s::bytea[])"
)


@dataclass(slots=True)
class Stored:
    """What became of a chunk."""

    created: int = 0
    dispatched: int = 0
    known: int = 0
    rejected: list[Rejected] = field(default_factory=list)


def store(orders: Sequence[Order], *, by: Any = None, dispatch: bool = True, now: datetime | None = None) -> Stored:
    """Make cases of ``orders`` in one transaction. Orders already there (by source number) are counted, not made."""
    now = now or timezone.now()
    result = Stored()
    with transaction.atomic(), as_system(), snapshot.pinned():
        fresh = _without_known(orders, result)
        if fresh:
            _Chunk(fresh, actor_for(by), now, result, dispatch=dispatch).write()
    return result


def _without_known(orders: Sequence[Order], result: Stored) -> list[Order]:
    numbered = {(o.source_system, o.source_number) for o in orders if o.source_number}
    there: set[tuple[str, str]] = set()
    if numbered:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT source_system, source_number FROM cases_case"
                " WHERE source_number = ANY(%s) AND source_system = ANY(%s)",
                [list({n for _, n in numbered}), list({s for s, _ in numbered})],
            )
            there = set(cursor.fetchall())
    fresh, seen = [], set()
    for order in orders:
        key = (order.source_system, order.source_number)
        if order.source_number and (key in there or key in seen):
            result.known += 1
            continue
        seen.add(key)
        fresh.append(order)
    return fresh


@lru_cache(maxsize=20_000)
def _clock(name: str, limit: Limit, minute: datetime) -> tuple[datetime, datetime]:
    begun = begin(name=name, limit=limit, now=minute)
    return begun["due_at"], begun["warn_at"]


@lru_cache(maxsize=2_000)
def _limits_text(plan_limits: Any) -> str:
    return json.dumps(limits_as_json(plan_limits))


@lru_cache(maxsize=200)
def _dispatch_text(confidence: float) -> str:
    return json.dumps({"confidence": round(confidence, 3), "automatic": True})


class _Chunk:
    """The rows of one chunk, table by table."""

    def __init__(self, orders: list[Order], actor: Actor, now: datetime, result: Stored, *, dispatch: bool) -> None:
        self.orders, self.actor, self.now, self.result, self.dispatch = orders, actor, now, result, dispatch
        self.today: date = timezone.localdate(now)
        self.case: list[tuple[Any, ...]] = []
        self.transition: list[tuple[Any, ...]] = []
        self.part: list[tuple[Any, ...]] = []
        self.clock: list[tuple[Any, ...]] = []
        self.requester: list[tuple[Any, ...]] = []
        self.words: list[tuple[int, str]] = []
        self.plans: dict[tuple[Any, ...], Plan | None] = {}
        self.kinds = {kind.code: kind.id for kind in snapshot.current().current_leaves()}

    def write(self) -> None:
        ids = self._ids(len(self.orders))
        numbers = take(self.orders[0].path[:6], self.today, len(self.orders))
        for case_id, number, order in zip(ids, numbers, self.orders, strict=True):
            self._add(case_id, number, order)
        with connection.cursor() as cursor:
            raw = cursor.cursor
            _copy(raw, "cases_case", CASE, self.case)
            _copy(raw, "cases_casetransition", TRANSITION, self.transition)
            _copy(raw, "cases_casepart", PART, self.part)
            _copy(raw, "cases_caseclock", CLOCK, self.clock)
            # A table under row-level security takes no COPY.
            raw.execute(REQUESTERS, [list(column) for column in zip(*self.requester, strict=True)] or [[]] * 4)
            _copy(raw, "cases_casetext", ("case_id", "vector"), self.words)
        record(
            "cases.case.import",
            None,
            path=self.orders[0].path[:6],
            changes={"first": numbers[0], "last": numbers[-1], "count": len(self.orders)},
        )
        self.result.created += len(self.orders)

    def _ids(self, count: int) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence('cases_case', 'id')) FROM generate_series(1, %s)", [count]
            )
            return [row[0] for row in cursor.fetchall()]

    def _kind(self, order: Order) -> tuple[int | None, float]:
        if order.kind_code:
            return self.kinds.get(order.kind_code), 1.0
        found = suggest_kinds(f"{order.title} {order.text[:300]}", limit=1)
        return (found[0].kind_id, found[0].score) if found else (None, 0.0)

    def _plan(self, order: Order, kind_id: int | None) -> Plan | None:
        if kind_id is None or not self.dispatch or order.demand_type == DemandType.PRAISE:
            return None
        key = (kind_id, order.path, order.demand_type, order.urgency)
        if key not in self.plans:
            found = plans(
                kind_id=kind_id,
                path=order.path,
                channel=Channel.PLATFORM,
                on=self.today,
                demand_type=order.demand_type,
                urgent=order.urgency != Urgency.NORMAL,
            )
            self.plans[key] = found[0] if found else None
        return self.plans[key]

    def _add(self, case_id: int, number: str, order: Order) -> None:
        kind_id, sure = self._kind(order)
        plan = self._plan(order, kind_id)
        if plan is not None and plan.confidence * sure < SURE * SURE:
            plan = None
        state = CaseState.RECEIVED.value if plan is None else CaseState.DISPATCHED.value
        due = finish_due = None
        if plan is not None:
            due, finish_due = self._clocks(case_id, plan, order)
            self.result.dispatched += 1
        lead = plan.lead.id if plan is not None else None
        self.case.append((
            case_id, 2 if plan else 0, number, order.source_system, order.source_number or None,
            Channel.PLATFORM.value, order.demand_type, order.urgency, order.title, order.text, kind_id, order.path,
            order.address, order.lng, order.lat, "WGS84" if order.lng is not None else "", order.is_private, False,
            order.reply_wanted, False, state, lead, lead, plan.office_ids if plan else [],
            plan.duty_id if plan else None, plan.list_item if plan else "", plan.legal_basis if plan else "",
            plan.reason if plan else "", plan.limits.name if plan else "",
            _limits_text(plan.limits) if plan else "{}", False, 0, 0, 0, 0, False, "", due, finish_due, "", "", "",
            "", "", order.created_at, self.now if plan else None, self.actor.id,
        ))  # fmt: skip
        self._leave(case_id, "create", source="", target=CaseState.RECEIVED.value, data='{"channel": "platform"}')
        if plan is not None:
            data = _dispatch_text(plan.confidence)
            self._leave(case_id, "dispatch", source=CaseState.RECEIVED.value, target=state, data=data, to=lead)
            self._parts(case_id, plan)
        if order.name or order.phone:
            self.requester.append((
                case_id, encrypt(order.name) if order.name else None, encrypt(order.phone) if order.phone else None,
                blind_index(order.phone, "phone") or None,
            ))  # fmt: skip
        self.words.append((case_id, vector(order.title, order.address, order.text)))

    def _leave(self, case_id: int, step: str, *, source: str, target: str, data: str, to: int | None = None) -> None:
        actor = self.actor
        self.transition.append(
            (case_id, step, source, target, actor.kind, actor.id, actor.label, actor.office_id, to, "", data, self.now)
        )

    def _parts(self, case_id: int, plan: Plan) -> None:
        waiting = PartState.WAITING.value
        self.part.append((case_id, plan.lead.id, PartRole.LEAD.value, waiting, "", "", self.now))
        for office in plan.assists:
            self.part.append((case_id, office.id, PartRole.ASSIST.value, waiting, "", "", self.now))

    def _clocks(self, case_id: int, plan: Plan, order: Order) -> tuple[datetime, datetime]:
        limits = {ClockName.SIGN: plan.limits.sign, ClockName.FINISH: plan.limits.finish}
        if order.reply_wanted:
            limits[ClockName.CONTACT] = plan.limits.contact
        dues = {}
        for name, limit in limits.items():
            due_at, warn_at = _clock(name.value, limit, self.now)
            dues[name] = due_at
            self.clock.append((case_id, name.value, limit.value, limit.unit.value, self.now, due_at, warn_at, ""))
        return min(dues.values()), dues[ClockName.FINISH]


def _copy(raw: Any, table: str, columns: Iterable[str], rows: Sequence[tuple[Any, ...]]) -> None:
    if not rows:
        return
    names = ", ".join(f'"{c}"' for c in columns)
    with raw.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)
