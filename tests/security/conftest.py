"""The small district of the cases, seen by who must not see it."""

from __future__ import annotations

from tests.cases.conftest import world

__all__ = ["world"]
