"""Mentions of places in texts, by the territory's gazetteer with the learned names in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from wangge.territory.gazetteer import Match, address_to_path, one_place
from wangge.territory.queries import full_name

SURE: Final = 0.65  # the bare core of a community's name (团结, 友谊: words, too) is a hint


@dataclass(frozen=True, slots=True)
class Found:
    """``path``: the grid, community or street a text speaks of; ``why`` in words."""

    path: str
    name: str
    confidence: float
    why: str


def find(text: str, within: str = "", *, limit: int = 3) -> list[Found]:
    """The places ``text`` speaks of, the surest first."""
    return [_found(match) for match in address_to_path(text, within, limit)]


def place(text: str, within: str = "") -> Found | None:
    """The one place the text speaks of; None when none is sure or two are about equally so."""
    match = one_place(text, within, sure=SURE)
    return None if match is None else _found(match)


def _found(match: Match) -> Found:
    return Found(match.path, full_name(match.path), match.score, match.why)
