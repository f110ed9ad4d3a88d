"""What waits for the visitor: matters in the places and offices of the printed accounts, whatever the dice say.

Whoever signs in finds something to do on the first page: a grid worker something to check (the first of them
something to handle, too), a community its part, a street what is to be dispatched and what came back, a department what
is to be signed and what is nearly due, the hotline a call-back. Each row is told without its nights and stops where it
waits (``halt:``).

Pure of the database, as ``month.py`` which puts these into its plan. Whistles that wait: ``whistles.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from wangge.demo.texts import Matter, matters

# A story of a visitor: steps follow each other within minutes, the place is the exact one.
WAITS: Final = "waits"
LEAD: Final = "lead:"
DAY: Final = 24

DISTRICT: Final = "150203"
FIRST_STREET, SECOND_STREET = "150203001", "150203005"
FIRST_COMMUNITY, SECOND_COMMUNITY = "150203001019", "150203005010"
FIRST_GRID, NEXT_GRID, SECOND_GRID = f"{FIRST_COMMUNITY}001", f"{FIRST_COMMUNITY}002", f"{SECOND_COMMUNITY}001"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Filed ``ago`` before the end, somewhere in ``path``."""

    ago: timedelta
    path: str
    kind: str
    channel: str
    traits: str


def _row(hours: float, path: str, kind: str, channel: str, traits: str) -> Waiting:
    return Waiting(timedelta(hours=hours), path, kind, channel, traits)


WAITING: Final = (
    # Grid workers and their chief, and the community behind them: seen on the spot, or under way in the grid.
    _row(1 * DAY + 2, FIRST_GRID, "010106", "resident", "to_community photo halt:replied"),
    _row(3 * DAY + 1, FIRST_GRID, "050101", "qr", "halt:replied"),
    _row(5, FIRST_GRID, "050301", "hotline", "halt:handling"),
    _row(1 * DAY + 4, NEXT_GRID, "090402", "resident", "photo halt:replied"),
    _row(6, NEXT_GRID, "050112", "hotline", "halt:handling"),
    _row(1 * DAY + 3, SECOND_GRID, "030304", "resident", "photo halt:replied"),
    _row(2 * DAY + 2, SECOND_GRID, "010104", "qr", "halt:replied"),
    _row(4, SECOND_COMMUNITY, "050101", "hotline", "halt:handling"),
    # What the street gave to the community in the grid of ``wangge1``, who acts for the committee there.
    _row(7, FIRST_GRID, "050301", "hotline", "to_community halt:part"),
    _row(1 * DAY + 2.5, FIRST_GRID, "050112", "hotline", "to_community halt:part"),
    # Communities: their part of what the street's centre answers for.
    _row(20, FIRST_COMMUNITY, "050101", "hotline", "to_community halt:part"),
    _row(2 * DAY + 3, NEXT_GRID, "050112", "hotline", "to_community halt:part"),
    _row(21, SECOND_COMMUNITY, "050301", "hotline", "to_community halt:part"),
    _row(2 * DAY + 4, SECOND_COMMUNITY, "050112", "hotline", "to_community halt:part"),
    # Streets: to dispatch (one without a kind), come back, to sign, nearly due.
    *(row for street, place in ((FIRST_STREET, FIRST_COMMUNITY), (SECOND_STREET, SECOND_COMMUNITY)) for row in (
        _row(0.6, place, "010104", "resident", "unclassified photo halt:received"),
        _row(1.5, street, "030304", "qr", "halt:received"),
        _row(22, street, "020205", "resident", "return_accepted halt:accepted"),
        _row(0.5, place, "050101", "hotline", "to_community halt:dispatched"),
        _row(6 * DAY + 19, street, "050112", "hotline", "to_community halt:handling"),
    )),
    _row(0.75, FIRST_STREET, "020205", "hotline", "halt:dispatched"),
    _row(1 * DAY + 5, FIRST_STREET, "070201", "hotline", "halt:handling"),
    # Departments: to sign, nearly due (15 days, 24 hours), a part.
    _row(0.8, DISTRICT, "050310", "hotline", "halt:dispatched"),
    _row(14 * DAY + 20, DISTRICT, "050310", "hotline", "halt:handling"),
    _row(0.7, DISTRICT, "020304", "hotline", f"{LEAD}district.urban_management halt:dispatched"),
    _row(14 * DAY + 21, DISTRICT, "020202", "hotline", f"{LEAD}district.urban_management halt:handling"),
    _row(1 * DAY + 1, FIRST_STREET, "020302", "hotline", "halt:part"),
    _row(0.4, DISTRICT, "060101", "hotline", "halt:dispatched"),
    _row(21.5, DISTRICT, "060101", "hotline", "halt:handling"),
    # The hotline and those above it: to dispatch, to call back, a dispute, applications, a supervised one that is late.
    _row(0.2, DISTRICT, "030101", "hotline", "halt:received"),
    _row(1 * DAY + 6, DISTRICT, "040102", "hotline", "halt:checked"),
    _row(3, DISTRICT, "030505", "hotline", "halt:returned"),
    _row(1 * DAY + 7, DISTRICT, "030101", "hotline", "exclusion pending"),
    _row(1 * DAY + 8, DISTRICT, "050301", "hotline", "suspend pending"),
    _row(5 * DAY + 2, DISTRICT, "030103", "hotline", "supervised halt:handling"),
    # Whoever only files sees what became of it.
    _row(2, FIRST_STREET, "110203", "window", "halt:received"),
    _row(2 * DAY + 1, FIRST_STREET, "110201", "window", "halt:handling"),
    _row(1 * DAY + 9, FIRST_STREET, "050112", "deputy", "halt:handling"),
)  # fmt: skip


def matter_of(kind: str) -> Matter:
    """The family of ``kind``, told as the first of its types of demand: the limits depend on it."""
    found = next(matter for matter in matters() if matter.kind == kind)
    return replace(found, types=found.types[:1], urgent=0.0)
