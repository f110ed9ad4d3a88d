"""What whistles tell those above them, after commit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WhistleBlown:
    whistle_id: int
    number: str
    path: str
    kind: str
    office_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SummonsMoved:
    """A step of a summons was taken; ``step`` is the flow's name for it."""

    summons_id: int
    whistle_id: int
    office_id: int
    step: str
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class SummonsRaised:
    """A summons was late, was escalated, and is still late: the district leader was told; ``clock`` is its limit."""

    summons_id: int
    whistle_id: int
    office_id: int
    clock: str


@dataclass(frozen=True, slots=True)
class WhistleClosed:
    whistle_id: int
    number: str
    path: str


@dataclass(frozen=True, slots=True)
class PostureSwitched:
    """A division was switched over to emergency, or back."""

    posture_id: int
    path: str
    emergency: bool
