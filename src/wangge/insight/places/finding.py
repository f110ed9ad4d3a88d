"""Mentions of places in texts, by the territory's gazetteer with the learned names in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from wangge.territory.gazetteer import address_to_path
from wangge.territory.queries import full_name

SURE: Final = 0.65  # the bare core of a community's name (团结, 友谊: words, too) is a hint
CLEAR: Final = 0.1  # by so much the first must be surer than another place


@dataclass(frozen=True, slots=True)
class Found:
    """``path``: the grid, community or street a text speaks of; ``why`` in words."""

    path: str
    name: str
    confidence: float
    why: str


def find(text: str, within: str = "", *, limit: int = 3) -> list[Found]:
    """The places ``text`` speaks of, the surest first."""
    return [
        Found(match.path, full_name(match.path), match.score, match.why)
        for match in address_to_path(text, within, limit)
    ]


def place(text: str, within: str = "") -> Found | None:
    """The one place the text speaks of; None when none is sure or two are about equally so."""
    found = find(text, within, limit=2)
    if not found or found[0].confidence < SURE:
        return None
    tied = len(found) > 1 and found[0].confidence - found[1].confidence < CLEAR
    return None if tied and not _nested(found[0].path, found[1].path) else found[0]


def _nested(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
