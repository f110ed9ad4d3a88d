"""The rows behind a number."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse

from wangge.cockpit.tracing import NO_KIND, OPEN_DANGER
from wangge.cockpit.web.tables import TracedCases
from wangge.duties import queries as duties
from wangge.kernel.access.routes import requires
from wangge.kernel.facts import registry
from wangge.kernel.listing.rendering import render
from wangge.organization import queries as organization
from wangge.territory import queries as territory

LONGEST_DAYS = 366


@requires("cockpit.read")
def brief_rows(  # noqa: PLR0917 (the parts of the address)
    request: HttpRequest, fact: str, from_on: date, to_on: date, place: str, office: int, kind: str
) -> HttpResponse:
    """The cases behind one number; the title says what was counted."""
    known = {one.code: (one.label, one.stock) for one in registry.facts() if one.rows is not None or one.stock}
    known[OPEN_DANGER] = ("涉及人身安全未办结", True)
    digits = place.isascii() and place.isdigit() and 2 <= len(place) <= 12
    if fact not in known or not digits or not 0 <= (to_on - from_on).days <= LONGEST_DAYS or office > 2**62:
        raise Http404
    listing = TracedCases(
        fact=fact, from_on=from_on.isoformat(), to_on=to_on.isoformat(), place=place, office=office, kind=kind[:20]
    )
    parts = [territory.name_of(place)]
    if (found := organization.office(office)) is not None:
        parts.append(found.name)
    if kind != NO_KIND:
        named = duties.kind_by_code(kind)
        parts.append(named.name if named is not None else kind)
    days = f"{from_on}" if from_on == to_on else f"{from_on} 至 {to_on}"
    label, stock = known[fact]
    ended = "日终" if stock else ""
    listing.title = f"{label}：{'·'.join(parts)}，{days}{ended}"  # type: ignore[misc]
    return render(request, listing)
