"""The rows behind a number."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from wangge.cockpit import policy, showing
from wangge.cockpit.tracing import ANY_KIND, OPEN_DANGER, office_ids
from wangge.cockpit.web.tables import KeptCases, TracedCases
from wangge.duties import queries as duties
from wangge.duties.needs import LABELS, named
from wangge.kernel.access.routes import requires
from wangge.kernel.facts import registry
from wangge.kernel.listing.rendering import render
from wangge.organization import queries as organization
from wangge.territory import queries as territory

LONGEST_DAYS = 366


@requires(policy.READ)
def brief_rows(  # noqa: PLR0917 (the parts of the address)
    request: HttpRequest, fact: str, from_on: date, to_on: date, place: str, office: str, kind: str
) -> HttpResponse:
    """The cases behind one number; the title says what was counted."""
    known = {one.code: (one.label, one.stock) for one in registry.facts() if one.rows is not None or one.stock}
    known[OPEN_DANGER] = ("涉及人身安全未办结", True)
    digits = place.isascii() and place.isdigit() and 2 <= len(place) <= 12
    if fact not in known or not digits or not 0 <= (to_on - from_on).days <= LONGEST_DAYS:
        raise Http404
    try:
        whose = _whose(office)
    except ValueError:
        raise Http404 from None
    listing = TracedCases(
        fact=fact, from_on=from_on.isoformat(), to_on=to_on.isoformat(), place=place, office=office, kind=kind[:20]
    )
    # An office's own are traced wherever they lie: the province would say nothing.
    parts = ([] if whose and len(place) == 2 else [territory.name_of(place)]) + ([whose] if whose else [])
    if kind != ANY_KIND:
        need = named(kind)
        found = duties.kind_by_code(kind) if need is None else None
        parts.append(LABELS[need] if need is not None else found.name if found is not None else kind)
    days = f"{from_on}" if from_on == to_on else f"{from_on} 至 {to_on}"
    label, stock = known[fact]
    ended = "日终" if stock else ""
    listing.title = f"{label}：{'·'.join(parts)}，{days}{ended}"  # type: ignore[misc]
    return render(request, listing)


def _whose(office: str) -> str:
    """The offices of a trace in words, empty for any. Raises ``ValueError``."""
    without, named_ones = office_ids(office)
    if without:
        return "其他单位" if named_ones else ""
    names = organization.names(one for one in named_ones if one is not None)
    return "、".join("未派单" if one is None else names.get(one, "") for one in named_ones)


@requires(policy.READ)
def brief_late_danger(request: HttpRequest, pk: int) -> HttpResponse:
    """Matters of danger to life that were late when the page was made: the very ones it counted."""
    brief = get_object_or_404(policy.rows(request.user), pk=pk)
    listing = KeptCases(brief=brief.pk)
    listing.title = f"涉及人身安全且超时限：{brief.content['name']}，截至{showing.made(brief)}"  # type: ignore[misc]
    return render(request, listing)
