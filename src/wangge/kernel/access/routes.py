"""Every route says who may come. A view without one of these decorators fails the route test.

``@requires("cases.read")`` signed in and holding the permission somewhere (rows are the policy's business)
``@signed_in`` any signed-in user · ``@public("why")`` anybody (operations of an API ask for a token: ``kernel.api``)
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from wangge.kernel.access.models import User
from wangge.kernel.access.scopes import permissions

View = Callable[..., Any]


def me(request: HttpRequest) -> User:
    """The signed-in user; the route has seen to that."""
    assert isinstance(request.user, User)
    return request.user


@dataclass(frozen=True, slots=True)
class RouteAccess:
    """What a route asks: ``kind`` is public, signed_in or permission."""

    kind: str
    permissions: tuple[str, ...] = ()
    reason: str = ""


def declare(view: View, access: RouteAccess) -> View:
    view.access = access  # type: ignore[attr-defined]
    return view


def access_of(view: View) -> RouteAccess | None:
    """The declared access of a (possibly wrapped) view."""
    found: RouteAccess | None = getattr(view, "access", None)
    if found is None and hasattr(view, "view_class"):
        found = getattr(view.view_class, "access", None)
    return found


def view_at(path: str) -> View | None:
    """The view that answers at ``path``; None where nothing does."""
    try:
        return resolve(path).func
    except Resolver404:
        return None


def route_of(request: HttpRequest) -> str:
    """The pattern of the address, for the log and the figures; empty where nothing answers. Never the address itself:
    it may name a case or carry a number that somebody typed."""
    return f"/{request.resolver_match.route}" if request.resolver_match is not None else ""


def opens(user: Any, address: str) -> bool:
    """Whether the route at ``address`` lets ``user`` in; the rows behind it stay the policy's business.

    For a link that one person wrote and another reads: what the reader may not open is told as text.
    """
    view = view_at(urlsplit(address).path)
    access = access_of(view) if view is not None else None
    if access is None or access.kind == "public":
        return access is not None
    held = permissions(user)
    return bool(held.intersection(access.permissions)) if access.kind == "permission" else user.is_authenticated


def to_login(request: HttpRequest) -> HttpResponse:
    """Where an anonymous request goes; an htmx part leads the whole page there and back to where it was."""
    if request.headers.get("HX-Request") == "true":
        return htmx_redirect(redirect_to_login(request.headers.get("HX-Current-URL", "/"), settings.LOGIN_URL).url)
    return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)


def htmx_redirect(url: str) -> HttpResponse:
    """An answer that makes htmx load ``url`` as a page."""
    return HttpResponse(status=204, headers={"HX-Redirect": url})


def before_duties(view: View) -> View:
    """Reachable by a user who must first change the password or set up the second factor."""
    view.before_duties = True  # type: ignore[attr-defined]
    return view


def polled(view: View) -> View:
    """A page asks for this by itself, again and again: a screen left open is nobody at work.

    Such a request does not count as activity (``middleware``), so that the idle limit still signs its user out; only
    the browser's own navigation to the page does.
    """
    view.polled = True  # type: ignore[attr-defined]
    return view


def requires(*needed: str) -> Callable[[View], View]:
    """Signed in and holding at least one of ``needed`` somewhere."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return to_login(request)
            if not permissions(request.user).intersection(needed):
                raise PermissionDenied("您的角色没有这项权限，请联系安全管理员。")
            response: HttpResponse = view(request, *args, **kwargs)
            return response

        return declare(wrapped, RouteAccess("permission", needed))

    return decorate


def signed_in(view: View) -> View:
    """Any signed-in user."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return to_login(request)
        response: HttpResponse = view(request, *args, **kwargs)
        return response

    return declare(wrapped, RouteAccess("signed_in"))


def keep_signature(wrapped: View, view: View) -> View:
    """Give a wrapper the resolved signature of ``view``: Ninja reads types with the globals of what it is given."""
    with suppress(TypeError, ValueError, NameError):
        wrapped.__signature__ = inspect.signature(view, eval_str=True)  # type: ignore[attr-defined]
    return wrapped


def public(reason: str) -> Callable[[View], View]:
    """Anybody; ``reason`` says why that is right."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            response: HttpResponse = view(request, *args, **kwargs)
            return response

        return declare(keep_signature(wrapped, view), RouteAccess("public", reason=reason))

    return decorate
