"""From a figure of a page to the cases behind it, and the address of that list."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Q
from django.urls import reverse

from wangge.cases.enums import OPEN_STATES
from wangge.cases.models import Case
from wangge.cockpit.facts import IN_DANGER
from wangge.cockpit.units import Unit
from wangge.duties import needs
from wangge.kernel.facts import registry
from wangge.kernel.facts.days import bounds
from wangge.kernel.facts.registry import Slice

ANY_OFFICE: Final = "0"
NO_OFFICE: Final = "x"
ANY_KIND: Final = "-"
OFFICES: Final = re.compile(r"0|!?([1-9][0-9]{0,17}|x)(\.([1-9][0-9]{0,17}|x)){0,19}", re.ASCII)
# No fact of its own: what of the open ones is dangerous.
OPEN_DANGER: Final = "cockpit.danger_open"


@dataclass(frozen=True, slots=True)
class Trace:
    """Which rows a number stands for: a fact or an indicator's denominator, days, place, office, kind.

    ``office``: ``0`` any, a number that one, ``x`` none yet, ``!3.5.x`` all but these. ``kind``: ``-`` any, the
    start of a code, or ``need.zhu_you``: the kinds of one of the 七有五性 as they were on the last day.
    """

    fact: str
    from_on: date
    to_on: date
    path: str
    office: str = ANY_OFFICE
    kind: str = ANY_KIND

    @classmethod
    def of(cls, unit: Unit, fact: str, from_on: date, to_on: date | None = None, *, kind: str = ANY_KIND) -> Trace:
        """What ``fact`` counted for ``unit``."""
        return cls(fact, from_on, to_on or from_on, unit.counted_at, str(unit.office_id or ANY_OFFICE), kind)

    def kept(self) -> list[Any]:
        """As plain values, to be frozen with the page."""
        return [self.fact, self.from_on.isoformat(), self.to_on.isoformat(), self.path, self.office, self.kind]


def one_office(office_id: int | None) -> str:
    """The office of a trace: of what nobody was given yet, ``None``."""
    return NO_OFFICE if office_id is None else str(office_id)


def other_offices(shown: Iterable[int | None]) -> str:
    """All but those ``shown``."""
    return "!" + ".".join(one_office(office) for office in shown)


def office_ids(office: str) -> tuple[bool, list[int | None]]:
    """Whether ``office`` names those to leave out, and whom it names. Raises ``ValueError`` for what names nobody."""
    if OFFICES.fullmatch(office) is None:
        raise ValueError(office)
    if office == ANY_OFFICE:
        return True, []
    return office[0] == "!", [None if one == NO_OFFICE else int(one) for one in office.lstrip("!").split(".")]


def address(kept: list[Any]) -> str:
    """The list behind a number that was kept."""
    fact, from_on, to_on, path, office, kind = kept
    return reverse("brief_rows", args=[fact, from_on, to_on, path, office, kind])


def case_ids(trace: Trace) -> Any:
    """The cases that ``trace`` stands for, as a query of their ids. Raises ``KeyError`` for an unknown fact."""
    need = needs.named(trace.kind)
    kind = "" if trace.kind == ANY_KIND or need is not None else trace.kind
    slice_ = Slice(trace.from_on, trace.to_on, trace.path, None, kind)
    if trace.fact == OPEN_DANGER or registry.fact(trace.fact).stock:
        found, case, office, code = _stock(trace.fact, slice_), "id", "lead_office_id", "kind__code"
    else:
        fact = registry.fact(trace.fact)
        if fact.rows is None:
            raise KeyError(trace.fact)
        found, case, office, code = fact.rows(slice_), "case_ref", "office_ref", "kind_ref"
    without, named = office_ids(trace.office)
    if named:
        wanted = Q(**{f"{office}__in": [one for one in named if one is not None]})
        if None in named:
            wanted |= Q(**{f"{office}__isnull": True})
        found = found.exclude(wanted) if without else found.filter(wanted)
    if need is not None:
        found = found.filter(needs.condition(need, trace.to_on, code))
    return found.order_by().values(case)


def _stock(code: str, slice_: Slice) -> Any:
    """A level at the end of the last day: the same cases as the fact's own statement."""
    _, end = bounds(slice_.to_on)
    found = Case.objects.filter(Q(state__in=OPEN_STATES) | Q(closed_at__gte=end), created_at__lt=end)
    if code == "cases.overdue":
        found = found.filter(finish_due_at__lt=end)
    elif code == OPEN_DANGER:
        found = found.filter(IN_DANGER)
    elif code != "cases.open":
        raise KeyError(code)
    if slice_.path:
        found = found.filter(path__startswith=slice_.path)
    return found.filter(kind__code__startswith=slice_.kind) if slice_.kind else found
