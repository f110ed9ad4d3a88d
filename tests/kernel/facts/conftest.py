"""Definitions of a test end with it. ``Book`` is the day book a collector reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

import pytest

from wangge.kernel.facts import registry
from wangge.kernel.facts.registry import Better, Fact, FactRow, Indicator, Unit, register


@pytest.fixture(autouse=True)
def definitions() -> Iterator[None]:
    facts, indicators = dict(registry._facts), dict(registry._indicators)
    registry._facts.clear()
    registry._indicators.clear()
    yield
    registry._facts.clear()
    registry._facts.update(facts)
    registry._indicators.clear()
    registry._indicators.update(indicators)


class Book:
    """Rows per fact and day, as the tables of a module would give them."""

    def __init__(self) -> None:
        self.rows: defaultdict[tuple[str, date], list[FactRow]] = defaultdict(list)

    def note(self, fact: str, day: date, path: str, value: int = 1, **more: object) -> None:
        self.rows[fact, day].append(FactRow(path, value, **more))  # type: ignore[arg-type]

    def fact(self, code: str, **more: object) -> None:
        register(Fact(code, code, collect=lambda day: self.rows[code, day], version=1, **more))  # type: ignore[arg-type]


@pytest.fixture
def book(definitions: None) -> Book:
    """``closed`` of which ``on_time``; the share of them, and the plain number; ``open`` is a stock."""
    found = Book()
    found.fact("closed")
    found.fact("on_time")
    found.fact("open", stock=True)
    register(
        Indicator("on_time_rate", "按时办结率", ("on_time",), ("closed",), better=Better.HIGH),
        Indicator("closed_count", "办结数", ("closed",), unit=Unit.COUNT, suffix="件"),
        Indicator("open_count", "在办数", ("open",), unit=Unit.COUNT),
    )
    return found
