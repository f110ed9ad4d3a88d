"""The small district of the cases, for every way in by machines."""

from __future__ import annotations

from tests.cases.conftest import world

__all__ = ["world"]
