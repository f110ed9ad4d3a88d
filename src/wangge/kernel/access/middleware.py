"""Per request: idle timeout, the user's scope on the connection, forced password change and second factor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from wangge.kernel.access import database, passwords, totp
from wangge.kernel.access.roles import Reach
from wangge.kernel.access.routes import access_of, htmx_redirect, to_login, view_at
from wangge.kernel.access.scopes import Scope, holdings
from wangge.kernel.access.sessions import SEEN, close_session

SEEN_EVERY_SECONDS = 60  # one write of the session a minute, not one per request


class AccessMiddleware:
    """Sets what the connection may see to the union of the user's grants, before any view runs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Nothing is reset afterwards: a streamed export still reads when this has returned, and the next
        # request on the connection begins here.
        if request.user.is_authenticated and _idle_too_long(request):
            close_session(request=request, reason="长时间未操作")
            database.see_nothing()
            if not _renews_for_anybody(request):
                messages.info(request, f"您已超过{settings.IDLE_TIMEOUT_MINUTES}分钟没有操作，请重新登录。")
                return to_login(request)
        held = holdings(request.user)
        database.begin(
            Scope(
                paths=tuple(sorted({h.path for h in held if h.role.reach is Reach.PATH and h.path})),
                offices=tuple(sorted({h.office_id for h in held if h.role.reach is Reach.OFFICE and h.office_id})),
            )
        )
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Lead a user who must change the password or set up the second factor there, before anything else."""
        del args, kwargs
        if not request.user.is_authenticated:
            return None
        if not getattr(view, "polled", False) or request.headers.get("Sec-Fetch-Mode") == "navigate":
            _note_activity(request)
        if getattr(view, "before_duties", False):
            return None
        declared = access_of(view)
        if declared is not None and declared.kind == "public":
            return None
        if passwords.must_change(request.user):
            target = reverse("password_change")
        elif totp.is_required(request.user) and not totp.is_enabled(request.user):
            target = reverse("totp")
        else:
            return None
        return htmx_redirect(target) if request.headers.get("HX-Request") == "true" else redirect(target)


def _renews_for_anybody(request: HttpRequest) -> bool:
    """A public page that renews itself (a screen on a wall) goes on when the user of its browser is signed out."""
    view = view_at(request.path_info)
    declared = access_of(view) if view is not None else None
    return declared is not None and declared.kind == "public" and bool(getattr(view, "polled", False))


def _idle_too_long(request: HttpRequest) -> bool:
    now = int(timezone.now().timestamp())
    seen = request.session.get(SEEN, now)
    return bool(settings.IDLE_TIMEOUT_MINUTES and now - seen > settings.IDLE_TIMEOUT_MINUTES * 60)


def _note_activity(request: HttpRequest) -> None:
    """The user does something; a page that renews itself (``routes.polled``) is not the user."""
    now = int(timezone.now().timestamp())
    if now - request.session.get(SEEN, 0) >= SEEN_EVERY_SECONDS:
        request.session[SEEN] = now
