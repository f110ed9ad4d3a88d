"""Every route says who may come, and keeps to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from ninja import NinjaAPI
from ninja.operation import Operation, PathView

from wangge.kernel.access.roles import roles
from wangge.kernel.access.routes import RouteAccess, access_of

# Views of others, each with the reason why they need no declaration of ours.
FOREIGN: dict[str, str] = {}


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every address pattern with its view."""
    for entry in (resolver or get_resolver()).url_patterns:
        where = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, where)
        elif isinstance(entry, URLPattern):
            yield where, entry.callback


def path_view(view: Any) -> PathView | None:
    """The Ninja view behind a callback (its wrapper is a closure over it)."""
    for cell in getattr(view, "__closure__", None) or ():
        if isinstance(cell.cell_contents, PathView):
            return cell.cell_contents
    return None


def is_ninjas_own(view: Any) -> bool:
    """Ninja's root (``partial(default_home, api=…)``), which answers 404 and nothing else."""
    return isinstance(getattr(view, "keywords", {}).get("api"), NinjaAPI) and view.func.__name__ == "default_home"


def operations() -> Iterator[tuple[str, Operation]]:
    for where, view in routes():
        found = path_view(view)
        if found is not None:
            for operation in found.operations:
                yield f"{'/'.join(operation.methods)} {where}", operation


def own_routes() -> list[tuple[str, Any]]:
    return [(where, view) for where, view in routes() if path_view(view) is None and not is_ninjas_own(view)]


def declared() -> list[tuple[str, RouteAccess]]:
    return [(where, access) for where, view in own_routes() if (access := access_of(view)) is not None]


def test_every_route_declares_its_access() -> None:
    silent = [where for where, view in own_routes() if access_of(view) is None and where not in FOREIGN]
    assert silent == []


def test_every_api_operation_asks_for_a_token_or_says_why_not() -> None:
    open_without_reason = []
    for where, operation in operations():
        access = access_of(operation.view_func)
        if not operation.auth_callbacks and (access is None or access.kind != "public"):
            open_without_reason.append(where)
    assert open_without_reason == []


def test_every_api_operation_with_a_token_asks_for_a_scope() -> None:
    unscoped = [
        where
        for where, operation in operations()
        if operation.auth_callbacks
        and not getattr(operation.view_func, "scopes", ())
        and getattr(access_of(operation.view_func), "kind", "") != "public"
    ]
    assert unscoped == []


def test_every_public_route_says_why() -> None:
    assert [where for where, access in declared() if access.kind == "public" and len(access.reason) < 3] == []


def test_every_permission_a_route_asks_for_is_held_by_some_role() -> None:
    held = frozenset().union(*(role.permissions for role in roles().values()))
    missing = {(where, needed) for where, access in declared() for needed in access.permissions if needed not in held}
    assert missing == set()


def plain_addresses() -> list[str]:
    """Addresses without parameters of routes that are not public."""
    return [f"/{where}" for where, access in declared() if access.kind != "public" and "<" not in where]


@pytest.mark.django_db
def test_nobody_comes_in_without_signing_in() -> None:
    came_in = []
    for address in plain_addresses():
        for method in ("get", "post"):
            response = getattr(Client(), method)(address)
            led_to_login = response.status_code == 302 and response.url.startswith("/login/")
            if not led_to_login and response.status_code != 405:
                came_in.append((method, address, response.status_code))
    assert came_in == []


@pytest.mark.django_db
def test_somebody_without_a_grant_reaches_no_page_that_asks_for_a_permission() -> None:
    from wangge.kernel.access.models import User

    outsider = Client()
    outsider.force_login(User.objects.create_user("外人", display_name="外人"))
    reached = [
        (address, status)
        for address in (f"/{where}" for where, access in declared() if access.kind == "permission" and "<" not in where)
        if (status := outsider.get(address).status_code) not in {403, 405}
    ]
    assert reached == []
