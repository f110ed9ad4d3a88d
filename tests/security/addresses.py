"""Every address of the site: each route with its parameters filled from street A, from street B, and mixed.

A parameter is known by the name of its route (a prefix suffices) and its own name. A route with a parameter that
is not known here fails the walk: whoever adds a page says what it is about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product
from typing import Any, Final

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.security import modules
from tests.security.district import District, Side
from tests.security.whistles import ABOUT as ABOUT_WHISTLES

from wangge.cases.boxes import BOXES
from wangge.cases.flow import CaseFlow
from wangge.kernel.access.routes import access_of
from wangge.whistle.boxes import BOXES as WHISTLE_BOXES
from wangge.whistle.flow import WhistleFlow
from wangge.whistle.summons_flow import SummonsFlow

# (route or the beginning of its name, parameter) → kind of the value, as in ``Side.values``.
ABOUT: Final[dict[tuple[str, str], str]] = {
    ("case_", "pk"): "case",
    ("case_decide", "request_pk"): "request",
    ("case_import_", "pk"): "import",
    ("field_", "pk"): "case",
    ("field_", "number"): "number",
    ("resident_", "number"): "number",
    ("resident_code", "code"): "short_code",
    ("user_", "pk"): "user",
    ("grant_", "pk"): "user",
    ("grant_end", "grant"): "grant",
    ("system_", "pk"): "system",
    ("webhook_", "pk"): "system",
    ("webhook_", "webhook"): "webhook",
    ("attachment", "identifier"): "file",
    ("listing_export", "pk"): "export",
    ("territory_map", "path"): "division",
    ("grid_", "code"): "grid",
    ("grid_create", "community"): "community",
    ("grid_staff_end", "pk"): "post",
    ("place_", "pk"): "alias",
    ("place_code_", "pk"): "place_code",
    ("division_", "code"): "division",
    ("office_", "pk"): "office",
    ("staff_hire", "pk"): "office",
    ("staff_", "pk"): "staff",
    ("api-v1:", "number"): "number",
    ("open311_", "number"): "number",
    ("open311_", "token"): "number",
    **ABOUT_WHISTLES,
    **modules.ABOUT,
}
# Parameters that are no object: the same values for everybody.
FIXED: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("case_step", "name"): tuple(CaseFlow.steps()),
    ("field_step", "name"): tuple(CaseFlow.steps()),
    ("case_box", "code"): tuple(BOXES),
    ("whistle_box", "code"): tuple(WHISTLE_BOXES),
    ("whistle_step", "name"): tuple(WhistleFlow.steps()),
    ("summons_step", "name"): tuple(SummonsFlow.steps()),
    ("field_whistle_step", "name"): tuple(SummonsFlow.steps()),
    ("whistle_appeal", "what"): ("rating",),
    **modules.FIXED,
    ("attachment", "variant"): ("original", "thumb", "screen"),
    ("organization_", "what"): ("offices", "staff"),
    ("duties_", "what"): ("kinds", "duties", "lists"),
    ("open311_", "fmt"): ("json", "xml"),
    ("open311_service", "code"): ("0101",),
    ("limit_change", "code"): ("general",),
    ("design_error", "code"): ("404",),
}
# Public by their nature (清单公开): lists, kinds and duties, each by its key in the database.
PUBLIC: Final[dict[tuple[str, str], str]] = {
    ("duty_list_detail", "pk"): "duties.DutyList",
    ("kind_detail", "pk"): "duties.Kind",
    ("duty_add", "pk"): "duties.Kind",
    ("duty_", "pk"): "duties.Duty",
    ("job_retry", "pk"): "procrastinate.ProcrastinateJob",
    ("catalogue_", "pk"): "duties.Catalogue",
}
FEW: Final = {"office": 2, "case": 2, "number": 2, "user": 1, "staff": 1}


@dataclass(frozen=True, slots=True)
class Route:
    name: str
    parameters: tuple[str, ...]
    view: Any

    def closed_to(self, held: frozenset[str]) -> bool:
        """Whether the route itself turns away whoever holds these permissions, whatever it is about."""
        access = access_of(self.view)
        return access is not None and access.kind == "permission" and held.isdisjoint(access.permissions)


@dataclass(frozen=True, slots=True)
class Address:
    """One address of a route."""

    route: str
    url: str


def routes(resolver: URLResolver | None = None, names: tuple[str, ...] = ()) -> Iterator[Route]:
    """Every route of the site, design pages aside (they exist only outside production and show samples).

    Steps have a test of their own: each on a case that stands where the step begins.
    """
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from routes(entry, (*names, entry.namespace) if entry.namespace else names)
        elif isinstance(entry, URLPattern) and not (entry.name or "").startswith("design"):
            yield Route(":".join([*names, entry.name or ""]), tuple(entry.pattern.converters), entry.callback)


def _longest(table: dict[tuple[str, str], Any], route: str, parameter: str) -> Any:
    fitting = [key for key in table if key[1] == parameter and route.startswith(key[0])]
    return table[max(fitting, key=lambda key: len(key[0]))] if fitting else None


def unknown() -> list[str]:
    """Routes the walk cannot fill: without a name, or with a parameter nobody told about."""
    found = [f"{route.view} has no name" for route in routes() if not route.name or route.name.endswith(":")]
    tables = (ABOUT, FIXED, PUBLIC)
    for route in routes():
        missing = [p for p in route.parameters if not any(_longest(t, route.name, p) is not None for t in tables)]
        found += [f"{route.name}: {parameter}" for parameter in missing]
    return found


def _values(district: District, side: Side, route: str, parameter: str) -> list[Any]:
    if (fixed := _longest(FIXED, route, parameter)) is not None:
        return list(fixed)
    if (label := _longest(PUBLIC, route, parameter)) is not None:
        from django.apps import apps

        return list(apps.get_model(label).objects.order_by("-pk").values_list("pk", flat=True)[:1])
    kind = _longest(ABOUT, route, parameter)
    values = side.values.get(kind, [])
    if not values and side is district.a and kind in {"user", "staff", "grant"}:
        user = district.people["street_dispatcher"]
        values = {"user": [user.pk], "staff": [user.staff.pk], "grant": [user.grants.get().pk]}[kind]
    return values


def addresses(
    district: District, who: str, *, foreign: bool, every: bool = False, one: bool = False
) -> Iterator[Address]:
    """The addresses of all routes: all of A's own, or those with something of B in them.

    ``every``: all objects of B; otherwise a few of each kind, the one with most on it first. A route that turns
    ``who`` away by itself is tried with one object: it never looks at it. ``one``: so is every route.
    """
    held = district.held(who)
    for route in routes():
        pools = [_pool(district, route.name, parameter, foreign=foreign, every=every) for parameter in route.parameters]
        fitting = (c for c in product(*pools) if any(theirs for _, theirs in c) == foreign)
        for combination in islice(fitting, 1 if one or route.closed_to(held) else None):
            given = dict(zip(route.parameters, (value for value, _ in combination), strict=True))
            yield Address(route.name, reverse(route.name, kwargs=given))


def _pool(district: District, route: str, parameter: str, *, foreign: bool, every: bool) -> list[tuple[Any, bool]]:
    is_object = _longest(FIXED, route, parameter) is None and _longest(PUBLIC, route, parameter) is None
    kind = _longest(ABOUT, route, parameter) or ""

    def some(side: Side) -> list[Any]:
        values = _values(district, side, route, parameter)
        if kind in {"case", "number"}:
            key = "pk" if kind == "case" else "number"
            telling = [getattr(side.cases[s], key) for s in ("handling", "closed, reached", "received")]
            values = [*telling, *(v for v in values if v not in telling)]
        return values if every and side is district.b else values[: FEW.get(kind, 2) + (side is district.b)]

    pool = [(value, False) for value in some(district.a)]
    if not is_object:
        return pool[:1] if route.endswith("_step") else pool
    return pool[:1] + [(value, True) for value in some(district.b)] if foreign else pool
