"""Which definitions, schemes and rules hold for a place on a day; the shipped ones where none were made."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from django.db import transaction

from wangge.assessment.enums import Shape
from wangge.assessment.models import AssessmentRules, Definition, Scheme, SchemeItem, WorkerItem
from wangge.kernel.facts import registry
from wangge.territory import queries as territory

SHIPPED: Final = Path(__file__).parent / "data" / "defaults.json"
# The shipped rows hold from before any month that is ever reckoned.
SINCE: Final = date(2000, 1, 1)
# As long as ``Trace.measure``.
KEY: Final = 80


def ensure_defaults() -> None:
    """Load the shipped definitions and schemes into empty tables; what a place has made stays."""
    if Definition.objects.exists():
        return
    shipped = json.loads(SHIPPED.read_text(encoding="utf-8"))
    with transaction.atomic():
        Definition.objects.bulk_create(
            (Definition(**row, valid_from=SINCE) for row in shipped["definitions"]), ignore_conflicts=True
        )
        WorkerItem.objects.bulk_create(
            (WorkerItem(**row, valid_from=SINCE) for row in shipped["worker_items"]), ignore_conflicts=True
        )
        for row in shipped["schemes"]:
            items = row.pop("items")
            scheme, made = Scheme.objects.get_or_create(path="", group=row["group"], valid_from=SINCE, defaults=row)
            if made:
                SchemeItem.objects.bulk_create(
                    SchemeItem(scheme=scheme, sort=place * 10, **item) for place, item in enumerate(items)
                )


def _nearest(rows: Iterable[Any], key: str) -> dict[str, Any]:
    """One row per ``key``: that of the longest path (the rows are of one place's line)."""
    found: dict[str, Any] = {}
    for row in sorted(rows, key=lambda r: len(r.path)):
        found[getattr(row, key)] = row
    return found


def _line(path: str) -> list[str]:
    """The place and everything above it, and "" for everywhere."""
    return ["", *territory.prefixes(path)]


def definitions(path: str, on: date) -> dict[str, Definition]:
    """The indicators that hold in ``path`` on a day, by code, in their order."""
    ensure_defaults()
    found = _nearest(Definition.objects.in_force(on).filter(path__in=_line(path)), "code")
    return dict(sorted(found.items(), key=lambda pair: (pair[1].sort, pair[0])))


def schemes(path: str, on: date) -> dict[str, Scheme]:
    """The schemes that hold in ``path`` on a day, by group, their items fetched."""
    ensure_defaults()
    rows = Scheme.objects.in_force(on).filter(path__in=_line(path)).prefetch_related("items")
    return _nearest(rows, "group")


def worker_items(path: str, on: date) -> dict[str, WorkerItem]:
    """What counts for grid workers in ``path`` on a day, by code."""
    ensure_defaults()
    found = _nearest(WorkerItem.objects.in_force(on).filter(path__in=_line(path)), "code")
    return dict(sorted(found.items(), key=lambda pair: pair[1].sort))


def rules(path: str, on: date) -> AssessmentRules:
    """The rules that hold in ``path`` on a day; the built-in ones (unsaved) where none were set."""
    rows = list(AssessmentRules.objects.in_force(on).filter(path__in=_line(path)))
    return max(rows, key=lambda row: len(row.path), default=AssessmentRules(valid_from=SINCE))


@dataclass(frozen=True, slots=True)
class Measure:
    """A fact with what an indicator leaves out of it. ``key`` names it in traces."""

    fact: str
    by: str
    keeps_excluded: bool
    without_kinds: tuple[str, ...] = ()
    without_demands: tuple[str, ...] = ()
    without_channels: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        left_out = [
            *(f"k{code}" for code in self.without_kinds),
            *(f"d{code}" for code in self.without_demands),
            *(f"c{code}" for code in self.without_channels),
        ]
        marks = f"@{self.by}" + ("+excluded" if self.keeps_excluded else "")
        whole = f"{self.fact}{marks}{'!' + ','.join(left_out) if left_out else ''}"
        return whole if len(whole) <= KEY else f"{self.fact}{marks}#{sha256(whole.encode()).hexdigest()[:12]}"

    @property
    def known(self) -> bool:
        """Whether a module registers the fact (whistles may not be there)."""
        return any(found.code == self.fact for found in registry.facts())


def measure(definition: Definition, fact: str) -> Measure:
    return Measure(
        fact,
        definition.by,
        definition.keeps_excluded,
        tuple(sorted(definition.without_kinds)),
        tuple(sorted(definition.without_demands)),
        tuple(sorted(definition.without_channels)),
    )


def measures(definition: Definition) -> tuple[list[tuple[Measure, str]], list[tuple[Measure, str]]]:
    """Numerator and denominator as (measure, times)."""

    def side(terms: list[list[str]]) -> list[tuple[Measure, str]]:
        return [(measure(definition, fact), times) for fact, times in terms]

    return side(definition.numerator), side(definition.denominator)


def countable(definition: Definition) -> bool:
    """Whether everything it rests on is counted in this installation."""
    top, bottom = measures(definition)
    return all(one.known for one, _ in (*top, *bottom))


def facts_for_choice() -> list[tuple[str, str]]:
    """Every fact that an indicator may be made of."""
    return [(found.code, f"{found.label}（{found.code}）") for found in registry.facts() if not found.stock]


def weight_sum(items: Iterable[SchemeItem]) -> Any:
    """The full marks of a scheme: without deductions and bonuses."""
    return sum(item.weight for item in items if item.shape not in {Shape.DEDUCT, Shape.BONUS})
