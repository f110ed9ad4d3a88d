"""Orders made into the lines of COPY, table by table: owners, clocks, words and personal data, all in memory.

What is the same for many orders (the plan for a kind at a place, its clocks in a chunk) is written once and joined
to what is each order's own; no model is made, no row is formatted twice.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from wangge.cases.dispatching import Plan, first_plan, limits_as_json
from wangge.cases.enums import CaseState, Channel, ClockName, DemandType, PartRole, PartState, Urgency
from wangge.cases.importing.rows import Order
from wangge.cases.words import case_vector, office_mark, place_mark
from wangge.duties import snapshot
from wangge.duties.snapshot import KindRef, Limits
from wangge.duties.suggestion import suggest_kinds
from wangge.kernel.access.personal import blind_index, encrypt_many
from wangge.kernel.audit.context import Actor
from wangge.kernel.calendar.clocks import begin
from wangge.kernel.calendar.units import Limit
from wangge.organization import book

# Nobody presses the button for an import: only plans this sure are dispatched, the rest waits for a person.
SURE: Final = 0.6
# A district has some ten thousand kinds at a place, a city in its busiest months a few times as many; half a kB each.
PLANS_KEPT: Final = 100_000
NULL: Final = "\\N"
# Plain strings: written a million times, an enumeration's member is asked for its value each time.
DISPATCHED, RECEIVED = CaseState.DISPATCHED.value, CaseState.RECEIVED.value
LEAD = f"{PartRole.LEAD.value}\t{PartState.WAITING.value}\t\t"
ASSIST = f"{PartRole.ASSIST.value}\t{PartState.WAITING.value}\t\t"

# What an order brings, then what follows from its plan, then its instants.
CASE: Final = (
    "id", "number", "source_system", "source_number", "demand_type", "urgency", "title", "text", "path", "address",
    "lng", "lat", "crs", "is_private", "reply_wanted", "created_at",
    "kind_id", "version", "state", "lead_office_id", "holder_office_id", "office_ids", "duty_id", "list_item",
    "legal_basis", "dispatch_reason", "limit_name", "limits",
    "next_due_at", "finish_due_at", "dispatched_at", "created_by_id", "channel", "is_anonymous", "needs_check",
    "designated", "returns", "reworks", "extensions", "call_backs", "is_problem", "escalated_to", "disposition",
    "reply", "result_class", "solved", "satisfaction",
)  # fmt: skip
TRANSITION: Final = (
    "subject_id", "step", "source", "target", "to_office_id", "data", "actor_kind", "actor_id", "actor_label",
    "office_id", "reason", "at",
)  # fmt: skip
PART: Final = ("case_id", "office_id", "role", "state", "asked", "answer", "created_at")
CLOCK: Final = ("case_id", "name", "limit_value", "limit_unit", "due_at", "warn_at", "started_at", "outcome")
WORDS: Final = ("case_id", "vector")
# Table → its columns, in the order they are stored.
COLUMNS: Final = {
    "cases_case": CASE,
    "cases_casetransition": TRANSITION,
    "cases_casepart": PART,
    "cases_caseclock": CLOCK,
    "cases_casetext": WORDS,
}


Requesters = tuple[Sequence[int], Sequence[str | None], Sequence[str | None], Sequence[str | None]]


@dataclass(slots=True)
class Lines:
    """One chunk ready to be stored. ``requesters``: case, name, phone (encrypted), blind index; the bytes in hex.
    ``digests``: what a case without a source number will be known by; ``days``: past ones on which cases came in.

    ``columns`` are those of the lines: a history that is replayed knows more of a case than an import does.
    """

    count: int = 0
    dispatched: int = 0
    first: str = ""
    last: str = ""
    path: str = ""
    cases: list[str] = field(default_factory=list)
    transitions: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    clocks: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    requesters: Requesters = ((), (), (), ())
    digests: list[tuple[int, bytes]] = field(default_factory=list)
    days: set[date] = field(default_factory=set)
    columns: Mapping[str, Sequence[str]] = field(default_factory=lambda: COLUMNS)

    def tables(self) -> Iterator[tuple[str, Sequence[str], list[str]]]:
        """Table, columns and lines, those referred to first."""
        for name, lines in zip(
            COLUMNS, (self.cases, self.transitions, self.parts, self.clocks, self.words), strict=True
        ):
            yield name, self.columns[name], lines


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the plans of a duty share, as text: the case's columns from ``kind_id`` to ``legal_basis`` and from
    ``limit_name`` to ``limits``, what its other rows say after the id."""

    head: str
    tail: str
    step: str = ""
    parts: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Planned:
    """A plan as text; its reason names the place, hence is its own."""

    shared: _Shared
    reason: str
    plan: Plan | None


@dataclass(frozen=True, slots=True)
class _Timed:
    """The clocks of a limit begun now: the case's ``next_due_at`` and ``finish_due_at``, and each clock's row."""

    due: str
    clocks: tuple[str, ...]


@lru_cache(maxsize=200)
def _step(confidence: float, lead: int) -> str:
    data = json.dumps({"confidence": round(confidence, 3), "automatic": True})
    return f"\tdispatch\t{RECEIVED}\t{DISPATCHED}\t{lead}\t{data}"


def escaped(text: str) -> str:
    """``text`` as COPY reads it."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if "\n" in text:
        text = text.replace("\n", "\\n")
    if "\t" in text:
        text = text.replace("\t", "\\t")
    if "\r" in text:
        text = text.replace("\r", "\\r")
    return text


def _known_as(leaves: Iterable[KindRef]) -> dict[str, int]:
    """The kinds by their codes, and by their names where only one has it."""
    leaves = list(leaves)
    named = Counter(kind.name for kind in leaves)
    return {kind.name: kind.id for kind in leaves if named[kind.name] == 1} | {kind.code: kind.id for kind in leaves}


class Builder:
    """Makes chunks of one import. Plans are kept from chunk to chunk while neither duties nor offices change."""

    def __init__(self, *, actor: Actor, dispatch: bool) -> None:
        self.actor, self.dispatch = actor, dispatch
        self.kinds: dict[str, int] = {}
        self.planned: dict[Any, _Planned] = {}
        self.shared: dict[Any, _Shared] = {}
        self.limits: dict[int, tuple[Limits, str]] = {}
        self.kept_for: tuple[Any, ...] = ()

    def build(self, orders: Sequence[Order], ids: Sequence[int], numbers: Sequence[str], now: datetime) -> Lines:
        """The lines of ``orders``. Call inside ``snapshot.pinned()``."""
        self._renew(now)
        made = _Chunk(self, now)
        for case_id, number, order in zip(ids, numbers, orders, strict=True):
            made.add(case_id, number, order)
        lines = made.lines
        lines.requesters = made.requesters()
        lines.count, lines.first, lines.last = len(orders), numbers[0], numbers[-1]
        return lines

    def _renew(self, now: datetime) -> None:
        held = snapshot.current()
        today = now.astimezone().date()
        state = (held, book.current(), today)
        if len(self.kept_for) != len(state) or any(a is not b for a, b in zip(self.kept_for[:2], state, strict=False)):
            self.kinds = _known_as(held.current_leaves())
            self.kept_for = ()
        if not self.kept_for or self.kept_for[2] != today or len(self.planned) > PLANS_KEPT:
            self.planned.clear()
            self.shared.clear()
            self.limits.clear()
        self.kept_for = state

    def kind(self, order: Order) -> tuple[int | None, float]:
        """What the order calls it, by code or name; else what its words suggest, and how sure that is."""
        named = self.kinds.get(order.kind_code)
        if named is not None:
            return named, 1.0
        found = suggest_kinds(f"{order.title} {order.text[:300]}", limit=1)
        return (found[0].kind_id, found[0].score) if found else (None, 0.0)

    def plan(self, order: Order, today: date) -> _Planned:
        """The plan for ``order`` as text; that of no plan when none is sure enough."""
        kind_id, sure = self.kind(order)
        if kind_id is None or not self.dispatch or order.demand_type == DemandType.PRAISE:
            return self._without(kind_id)
        held = snapshot.current()
        # The nature of a matter chooses its limits, and only where a limit class says so.
        nature = order.demand_type if order.demand_type in held.limit_for_demand else ""
        urgent = order.urgency != Urgency.NORMAL
        key = (kind_id, order.path, nature, urgent)
        found = self.planned.get(key)
        if found is None:
            best = first_plan(
                kind_id=kind_id, path=order.path, channel=Channel.PLATFORM, on=today, demand_type=nature, urgent=urgent
            )
            found = self.planned[key] = self._without(kind_id) if best is None else self._with(kind_id, best)
        if found.plan is not None and found.plan.confidence * sure < SURE * SURE:
            return self._without(kind_id)
        return found

    def _without(self, kind_id: int | None) -> _Planned:
        found = self.planned.get(kind_id)
        if found is None:
            kind = NULL if kind_id is None else kind_id
            shared = _Shared(f"{kind}\t0\t{RECEIVED}\t{NULL}\t{NULL}\t{{}}\t{NULL}\t\t\t", "\t\t{}")
            found = self.planned[kind_id] = _Planned(shared, "", None)
        return found

    def _with(self, kind_id: int, plan: Plan) -> _Planned:
        key = (kind_id, plan.duty_id, plan.lead.id, *[one.id for one in plan.assists], id(plan.limits), plan.confidence)
        shared = self.shared.get(key)
        if shared is None:
            shared = self.shared[key] = self._share(kind_id, plan)
        return _Planned(shared, escaped(plan.reason), plan)

    def _share(self, kind_id: int, plan: Plan) -> _Shared:
        lead, item = plan.lead.id, id(plan.limits)
        if item not in self.limits:
            # The object comes along, so that its id stays its own.
            text = escaped(plan.limits.name) + "\t" + escaped(json.dumps(limits_as_json(plan.limits)))
            self.limits[item] = (plan.limits, text)
        duty = NULL if plan.duty_id is None else plan.duty_id
        return _Shared(
            head=f"{kind_id}\t2\t{DISPATCHED}\t{lead}\t{lead}\t{{{','.join(map(str, plan.office_ids))}}}\t{duty}"
            f"\t{escaped(plan.list_item)}\t{escaped(plan.legal_basis)}\t",
            tail=f"\t{self.limits[item][1]}",
            step=_step(plan.confidence, lead),
            parts=(f"\t{lead}\t{LEAD}", *(f"\t{office.id}\t{ASSIST}" for office in plan.assists)),
            marks=tuple(map(office_mark, plan.office_ids)),
        )


class _Chunk:
    """The lines of one chunk: everything in it begins at ``now``."""

    def __init__(self, builder: Builder, now: datetime) -> None:
        self.builder, self.now, self.lines = builder, now, Lines()
        self.today: date = now.astimezone().date()
        actor, self.at = builder.actor, f"\t{now.isoformat()}"
        self.actor = "\t".join(
            (
                actor.kind,
                NULL if actor.id is None else str(actor.id),
                escaped(actor.label),
                NULL if actor.office_id is None else str(actor.office_id),
                "",
            )
        )
        self.by = NULL if actor.id is None else str(actor.id)
        self.timed: dict[tuple[int, bool], _Timed] = {}
        self.asked: list[tuple[int, str, str]] = []
        self.end = f"{self.by}\t{Channel.PLATFORM}\tf\tf\tf\t0\t0\t0\t0\tf\t\t\t\t\t\t"
        self.created = f'\tcreate\t\t{RECEIVED}\t{NULL}\t{{"channel": "platform"}}\t{self.actor}{self.at}'

    def add(self, case_id: int, number: str, order: Order) -> None:
        lines = self.lines
        planned = self.builder.plan(order, self.today)
        shared, key = planned.shared, str(case_id)
        lines.transitions.append(key + self.created)
        if planned.plan is None:
            times = f"{NULL}\t{NULL}\t{NULL}"
        else:
            lines.dispatched += 1
            timed = self._timed(planned.plan, order.reply_wanted)
            times = timed.due
            lines.transitions.append(f"{key}{shared.step}\t{self.actor}{self.at}")
            for part in shared.parts:
                lines.parts.append(key + part + self.at)
            for clock in timed.clocks:
                lines.clocks.append(key + clock)
        point = f"{order.lng!r}\t{order.lat!r}\tWGS84" if order.lng is not None else f"{NULL}\t{NULL}\t"
        lines.cases.append(
            f"{key}\t{number}\t{escaped(order.source_system)}\t{escaped(order.source_number) or NULL}"
            f"\t{order.demand_type}\t{order.urgency}\t{escaped(order.title)}\t{escaped(order.text)}\t{order.path}"
            f"\t{escaped(order.address)}\t{point}\t{'t' if order.is_private else 'f'}"
            f"\t{'t' if order.reply_wanted else 'f'}\t{order.created_at}"
            f"\t{shared.head}{planned.reason}{shared.tail}\t{times}\t{self.end}"
        )
        marks = (place_mark(order.path), *shared.marks)
        lines.words.append(f"{key}\t{case_vector(order.title, order.address, order.text, marks)}")
        if order.name or order.phone:
            self.asked.append((case_id, order.name, order.phone))

    def requesters(self) -> Requesters:
        """Encrypted at once, the bytes in hex."""
        if not self.asked:
            return (), (), (), ()
        cases, names, phones = zip(*self.asked, strict=True)
        hidden = encrypt_many([*names, *phones])
        hexed = [None if one is None else one.hex() for one in hidden]
        indexes = [blind_index(phone, "phone").hex() if phone else None for phone in phones]
        return list(cases), hexed[: len(cases)], hexed[len(cases) :], indexes

    def _timed(self, plan: Plan, reply_wanted: bool) -> _Timed:
        key = (id(plan.limits), reply_wanted)
        found = self.timed.get(key)
        if found is None:
            found = self.timed[key] = self._begun(plan, reply_wanted)
        return found

    def _begun(self, plan: Plan, reply_wanted: bool) -> _Timed:
        limits: dict[ClockName, Limit] = {ClockName.SIGN: plan.limits.sign, ClockName.FINISH: plan.limits.finish}
        if reply_wanted:
            limits[ClockName.CONTACT] = plan.limits.contact
        dues, clocks = {}, []
        for name, limit in limits.items():
            begun = begin(name=name.value, limit=limit, now=self.now)
            dues[name] = begun["due_at"]
            clocks.append(
                f"\t{name}\t{limit.value}\t{limit.unit}\t{begun['due_at'].isoformat()}"
                f"\t{begun['warn_at'].isoformat()}{self.at}\t"
            )
        first, finish = min(dues.values()).isoformat(), dues[ClockName.FINISH].isoformat()
        return _Timed(f"{first}\t{finish}{self.at}", tuple(clocks))
