"""What the cases module tells those above it, after commit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CaseFiled:
    case_id: int
    path: str
    channel: str


@dataclass(frozen=True, slots=True)
class CaseMoved:
    """A step was taken; ``step`` is the flow's name for it."""

    case_id: int
    number: str
    path: str
    step: str
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class CaseClosed:
    case_id: int
    number: str
    path: str
    solved: str
    satisfaction: str
