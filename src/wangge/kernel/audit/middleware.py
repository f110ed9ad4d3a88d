"""Binds request id, address and (lazily, after authentication) the actor to the context."""

from __future__ import annotations

import ipaddress
import re
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bound_contextvars

from wangge.kernel.audit.context import ANONYMOUS, Actor, bind, staff_actor

_GOOD_ID = re.compile(r"[A-Za-z0-9._-]{8,40}")


class RequestContextMiddleware:
    """Every entry and every log line of a request carries its id; the answer carries it back.

    Costs no query: the user is looked at only when something is recorded, and the access middleware has
    read the same user and grants by then.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = request_id_of(request)
        with (
            bind(request_id=request_id, address=address_of(request), actor=_Requester(request)),
            bound_contextvars(request_id=request_id),
        ):
            response = self.get_response(request)
        response["X-Request-Id"] = request_id
        return response


class _Requester:
    """Finds the actor when asked; asked again, answers from memory unless somebody signed in or out meanwhile."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.found: tuple[Any, Actor] | None = None

    def __call__(self) -> Actor:
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            return ANONYMOUS
        if self.found is None or self.found[0] != user.pk:
            self.found = (user.pk, staff_actor(user))
        return self.found[1]


def request_id_of(request: HttpRequest) -> str:
    """The caller's ``X-Request-Id`` when it is a sane one, else a new one."""
    given = request.headers.get("X-Request-Id", "")
    return given if _GOOD_ID.fullmatch(given) else uuid.uuid4().hex


def address_of(request: HttpRequest) -> str:
    """The client's address; behind N proxies of ours (``TRUSTED_PROXIES``) the N-th from the right is not forgeable."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    proxies: int = settings.TRUSTED_PROXIES
    if proxies:
        forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
        address = forwarded[-proxies] if len(forwarded) >= proxies else address
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:  # a Unix socket, or nonsense
        return ""
