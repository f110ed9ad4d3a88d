"""Where something lies after places got new codes: arithmetic on the pairs of ``PathsMoved``."""

from __future__ import annotations

from collections.abc import Mapping


def roots(moves: Mapping[str, str]) -> list[str]:
    """The old codes that lie below no other old code: what has to be looked through."""
    found: list[str] = []
    for old in sorted(moves):  # a prefix sorts before what it prefixes
        if not found or not old.startswith(found[-1]):
            found.append(old)
    return found


def moved(path: str, moves: Mapping[str, str]) -> str | None:
    """The new path of what lies at ``path``; None when it stays.

    What is not named itself (a grid closed long ago) goes to the deepest place above it that moved: its own
    last digits may belong to another grid there.
    """
    for length in sorted({len(old) for old in moves}, reverse=True):
        if len(path) >= length and (new := moves.get(path[:length])) is not None:
            return new
    return None
