"""The meeting pack: see below."""

from __future__ import annotations


def make(*, pack_id: int) -> None:
    """Filled in with the pack's pages."""
