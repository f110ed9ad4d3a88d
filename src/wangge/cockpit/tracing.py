"""From a figure of a page to the cases behind it, and the address of that list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Q
from django.urls import reverse

from wangge.cases.enums import OPEN_STATES
from wangge.cases.models import Case
from wangge.cockpit.facts import IN_DANGER
from wangge.kernel.facts import registry
from wangge.kernel.facts.actions import bounds
from wangge.kernel.facts.registry import Slice

NO_OFFICE: Final = 0
NO_KIND: Final = "-"
# No fact of its own: what of the open ones is dangerous.
OPEN_DANGER: Final = "cockpit.danger_open"


@dataclass(frozen=True, slots=True)
class Trace:
    """Which rows a number stands for: a fact or an indicator's denominator, days, place, office, kind."""

    fact: str
    from_on: date
    to_on: date
    path: str
    office_id: int = NO_OFFICE
    kind: str = NO_KIND

    def kept(self) -> list[Any]:
        """As plain values, to be frozen with the page."""
        return [self.fact, self.from_on.isoformat(), self.to_on.isoformat(), self.path, self.office_id, self.kind]


def address(kept: list[Any]) -> str:
    """The list behind a number that was kept."""
    fact, from_on, to_on, path, office_id, kind = kept
    return reverse("brief_rows", args=[fact, from_on, to_on, path, office_id, kind])


def case_ids(trace: Trace) -> Any:
    """The cases that ``trace`` stands for, as a query of their ids. Raises ``KeyError`` for an unknown fact."""
    slice_ = Slice(
        trace.from_on,
        trace.to_on,
        trace.path,
        trace.office_id or None,
        "" if trace.kind == NO_KIND else trace.kind,
    )
    if trace.fact == OPEN_DANGER:
        return _stock(trace.fact, slice_)
    fact = registry.fact(trace.fact)
    if fact.stock:
        return _stock(fact.code, slice_)
    if fact.rows is None:
        raise KeyError(trace.fact)
    return fact.rows(slice_).order_by().values("case_ref")


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
    if slice_.office_id is not None:
        found = found.filter(lead_office_id=slice_.office_id)
    if slice_.kind:
        found = found.filter(kind__code__startswith=slice_.kind)
    return found.order_by().values("id")
