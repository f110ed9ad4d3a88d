"""What is counted (``Fact``) and what is made of it (``Indicator``). Structure, hence code."""

from __future__ import annotations

import hashlib
import importlib.resources
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any, Final

from django.db.models import QuerySet

from wangge.kernel.facts.days import bounds

PATH_LENGTH: Final = 12
DIGEST_LENGTH: Final = 16


@dataclass(frozen=True, slots=True)
class FactRow:
    """One contribution; rows of the same place, office and kind are added up. ``path`` may be longer than 12 digits."""

    path: str
    value: int
    office_id: int | None = None
    kind_code: str = ""


@dataclass(frozen=True, slots=True)
class Slice:
    """What a figure on a page is about; both days are included."""

    from_on: date
    to_on: date
    path: str = ""
    office_id: int | None = None
    kind: str = ""

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Those of ``rows`` at the place, of the office, of the kind: by their ``path_ref, office_ref, kind_ref``."""
        if self.path:
            rows = rows.filter(path_ref__startswith=self.path)
        if self.office_id is not None:
            rows = rows.filter(office_ref=self.office_id)
        if self.kind:
            rows = rows.filter(kind_ref__startswith=self.kind)
        return rows

    def during(self, rows: QuerySet[Any], instant: str) -> QuerySet[Any]:
        """Those of ``rows`` whose ``instant`` lies within the days."""
        start, _ = bounds(self.from_on)
        _, end = bounds(self.to_on)
        return rows.filter(**{f"{instant}__gte": start, f"{instant}__lt": end})


@dataclass(frozen=True, slots=True)
class Fact:
    """Something counted per day. Give ``sql`` or ``collect``, which must be able to give any past day again.

    ``sql`` is a SELECT of ``path, office_id, kind_code, value`` with the parameters ``%(day)s`` and, as instants,
    ``%(start)s`` ≤ t < ``%(end)s`` (the calendar day in Asia/Shanghai). ``stock``: a level at the end of the day
    (open cases), not something that happened: over a window it is the level on the last day built.
    ``rows`` gives the rows behind a slice, for tracing. ``collect`` names its ``version``: raise it whenever another
    number may come of it. A statement needs none: its own text says.
    """

    code: str
    label: str
    sql: str = ""
    collect: Callable[[date], Iterable[FactRow]] | None = None
    version: int = 0
    stock: bool = False
    rows: Callable[[Slice], Any] | None = None

    def __post_init__(self) -> None:
        if bool(self.sql) == bool(self.collect):
            raise ValueError(f"fact {self.code}: give either sql or collect")
        if bool(self.version) != bool(self.collect):
            raise ValueError(f"fact {self.code}: a version goes with collect, and only with it")

    @property
    def definition(self) -> str:
        """Sixteen digits that change with the rule: of the statement without comments and spacing, or the version."""
        return _digest(self.sql or f"version {self.version}")


@cache
def _digest(text: str) -> str:
    bare = " ".join(re.sub(r"--[^\n]*", "", text).split())
    return hashlib.sha256(bare.encode()).hexdigest()[:DIGEST_LENGTH]


class Better(StrEnum):
    HIGH = "high"
    LOW = "low"
    NEITHER = "neither"


class Unit(StrEnum):
    """How an indicator's value reads: a share, a number per something, a plain count."""

    PERCENT = "percent"
    NUMBER = "number"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Indicator:
    """A figure: the sum of the ``numerator`` facts over the sum of the ``denominator`` facts, or the plain sum."""

    code: str
    label: str
    numerator: tuple[str, ...]
    denominator: tuple[str, ...] = ()
    better: Better = Better.NEITHER
    unit: Unit = Unit.PERCENT
    suffix: str = ""
    help: str = ""

    @property
    def facts(self) -> tuple[str, ...]:
        return (*self.numerator, *self.denominator)


_facts: dict[str, Fact] = {}
_indicators: dict[str, Indicator] = {}


def register(*definitions: Fact | Indicator) -> None:
    """Add facts and indicators; a code is used once, and an indicator's facts are registered before it."""
    for given in definitions:
        table: dict[str, Any] = _facts if isinstance(given, Fact) else _indicators
        if table.get(given.code, given) != given:
            raise ValueError(f"two definitions of {given.code!r}")
        if isinstance(given, Indicator) and (unknown := [code for code in given.facts if code not in _facts]):
            raise ValueError(f"indicator {given.code!r} rests on unknown facts {unknown}")
        table[given.code] = given


def fact(code: str) -> Fact:
    """Raises ``KeyError`` when nobody registered it."""
    return _facts[code]


def indicator(code: str) -> Indicator:
    """Raises ``KeyError`` when nobody registered it."""
    return _indicators[code]


def facts() -> list[Fact]:
    """Every fact by code."""
    return [_facts[code] for code in sorted(_facts)]


def indicators() -> list[Indicator]:
    """Every indicator by code."""
    return [_indicators[code] for code in sorted(_indicators)]


@cache
def named_sql(package: str, name: str) -> str:
    """The text of ``sql/<name>.sql`` in ``package``."""
    return (importlib.resources.files(package) / "sql" / f"{name}.sql").read_text(encoding="utf-8")
