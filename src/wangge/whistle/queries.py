"""Reads of whistles with more than one caller: the live board, who is late by how much, the whistles of a case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Q, QuerySet

from wangge.cases import policy as case_policy
from wangge.cases.models import Case
from wangge.organization import queries as organization
from wangge.territory import queries as territory
from wangge.whistle import policy
from wangge.whistle.enums import LIVE_STATES, LIVE_SUMMONS, ClockName, SummonsState, WhistleKind, WhistleState
from wangge.whistle.models import Summons, Whistle

COLUMN: Final = 40


@dataclass(frozen=True, slots=True)
class Line:
    """One department on the board: where it stands, and by how many minutes it is late."""

    office: str
    lead: bool
    state: str
    label: str
    late_minutes: int
    clock: str
    due_at: datetime | None
    raised: bool = False


@dataclass(slots=True)
class Card:
    """A live whistle on the board."""

    whistle: Whistle
    street: str
    minutes: int
    lines: list[Line] = field(default_factory=list)

    @property
    def late_minutes(self) -> int:
        return max((line.late_minutes for line in self.lines), default=0)

    @property
    def raised(self) -> bool:
        return any(line.raised for line in self.lines)


@dataclass(frozen=True, slots=True)
class Column:
    """The live whistles of one kind: all of them counted, the most urgent shown."""

    kind: str
    label: str
    total: int
    cards: list[Card]


@dataclass(frozen=True, slots=True)
class Board:
    """Everything the command page shows, in four statements whatever the number of whistles."""

    columns: list[Column]
    figures: dict[str, int]

    @property
    def cards(self) -> list[Card]:
        return [card for column in self.columns for card in column.cards]


def minutes_late(due_at: datetime | None, now: datetime) -> int:
    """Whole minutes past ``due_at``; at least one once it has passed, 0 before."""
    if due_at is None or due_at >= now:
        return 0
    return max(1, int((now - due_at).total_seconds() // 60))


def board(user: Any, *, now: datetime, path: str = "") -> Board:
    """The live whistles this user commands (below ``path``), by kind, most urgent first."""
    live = Whistle.objects.filter(policy.visible(user, "whistle.command"), state__in=LIVE_STATES)
    if path:
        live = live.filter(path__startswith=path)
    counted = live.aggregate(
        **{kind: Count("pk", filter=Q(kind=kind)) for kind in WhistleKind.values},
        running=Count("pk", filter=Q(state=WhistleState.RUNNING)),
        suspended=Count("pk", filter=Q(state=WhistleState.SUSPENDED)),
        late=Count("pk", filter=Q(state=WhistleState.RUNNING, next_due_at__lt=now)),
    )
    # One statement for the three columns: the first of each kind by its nearest limit.
    ordered = live.order_by("next_due_at", "blown_at", "pk")
    rows = list(
        ordered.filter(kind=WhistleKind.EMERGENCY)[:COLUMN].union(
            ordered.filter(kind=WhistleKind.HARD)[:COLUMN], ordered.filter(kind=WhistleKind.WORK)[:COLUMN], all=True
        )
    )
    cards = _cards(rows, now)
    states = Summons.objects.filter(whistle__in=live.filter(state=WhistleState.RUNNING), state__in=LIVE_SUMMONS)
    figures = {name: counted[name] for name in ("running", "suspended", "late")}
    counts = states.values("state").annotate(n=Count("pk"), up=Count("pk", filter=Q(raised_at__isnull=False)))
    by_state = list(counts.order_by().values_list("state", "n", "up"))
    figures |= {state: n for state, n, _ in by_state} | {"raised": sum(up for *_, up in by_state)}
    columns = [
        Column(
            kind.value,
            str(kind.label),
            counted[kind.value],
            sorted((c for c in cards if c.whistle.kind == kind), key=lambda c: _urgency(c, now)),
        )
        for kind in (WhistleKind.EMERGENCY, WhistleKind.HARD, WhistleKind.WORK)
    ]
    return Board(columns, figures)


def _urgency(card: Card, now: datetime) -> tuple[bool, float]:
    due = card.whistle.next_due_at
    return (due is None, (due - now).total_seconds() if due is not None else 0.0)


def _cards(rows: list[Whistle], now: datetime) -> list[Card]:
    summonses = list(
        Summons.objects.filter(whistle_id__in=[row.pk for row in rows])
        .exclude(state__in=[SummonsState.RELEASED, SummonsState.PREPARED])
        .order_by("-role", "pk")
    )
    names = organization.names([one.office_id for one in summonses])
    places = territory.names_of({row.street_path for row in rows})
    cards = {
        row.pk: Card(row, places[row.street_path], int((now - row.blown_at).total_seconds() // 60))
        for row in rows
        if row.blown_at is not None
    }
    for one in summonses:
        if one.whistle_id in cards:
            cards[one.whistle_id].lines.append(line_of(one, names.get(one.office_id, ""), now))
    return list(cards.values())


def line_of(summons: Summons, office: str, now: datetime) -> Line:
    clock = str(ClockName(summons.due_name).label) if summons.due_name else ""
    return Line(
        office,
        summons.role == "lead",
        summons.state,
        summons.get_state_display(),
        minutes_late(summons.next_due_at, now),
        clock,
        summons.next_due_at,
        summons.raised_at is not None,
    )


def of_case(user: Any, case: Case) -> QuerySet[Whistle]:
    """The whistles blown on ``case`` that ``user`` sees, newest first."""
    return policy.rows(user).filter(cases__case=case).order_by("-created_at", "-pk")


def matters_of(whistle: Whistle, user: Any) -> list[tuple[Case, bool]]:
    """The cases of a whistle, and whether the user may open each."""
    cases = [row.case for row in whistle.cases.select_related("case").order_by("pk")]
    seen = set(case_policy.rows(user).filter(pk__in=[c.pk for c in cases]).values_list("pk", flat=True))
    return [(case, case.pk in seen) for case in cases]


def office_names(summonses: Iterable[Summons]) -> dict[int, str]:
    return organization.names([one.office_id for one in summonses])
