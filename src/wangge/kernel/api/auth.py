"""Who calls: a system with a token. Binds the audit actor and what the connection may see."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest
from ninja.security import HttpBearer
from ninja.security.apikey import APIKeyBase

from wangge.kernel.access.routes import keep_signature
from wangge.kernel.api.arriving import arrive
from wangge.kernel.api.models import System
from wangge.kernel.api.problems import Problem
from wangge.kernel.audit.context import Actor, bind_rest, current

F = TypeVar("F", bound=Callable[..., Any])


def authenticate(token: str | None) -> System | None:
    """The system behind ``token``, with its rate limit taken and its scope set; None when the token is no good.

    Raises Problem 403 from a foreign address and 429 beyond the rate.
    """
    if not token or len(token) > 200:
        return None
    system = arrive(token, current().address)
    if system is not None:
        bind_rest(actor=Actor("client", system.pk, system.name, system.office_id))
    return system


class TokenAuth(HttpBearer):
    """``Authorization: Bearer wg_…``."""

    def authenticate(self, request: HttpRequest, token: str) -> System | None:
        del request
        return authenticate(token)


class ApiKeyAuth(APIKeyBase):
    """``api_key`` in the query or the form, or the header ``X-Api-Key`` (Open311 GeoReport v2)."""

    openapi_in = "query"
    param_name = "api_key"

    def _get_key(self, request: HttpRequest) -> str | None:
        return request.GET.get("api_key") or request.POST.get("api_key") or request.headers.get("X-Api-Key")

    def authenticate(self, request: HttpRequest, key: str | None) -> System | None:
        del request
        return authenticate(key)


def system_of(request: HttpRequest) -> System:
    """The calling system of an authenticated request."""
    system = getattr(request, "auth", None)
    if not isinstance(system, System):
        raise Problem(401)
    return system


def requires_scope(*needed: str) -> Callable[[F], F]:
    """The calling system holds one of ``needed`` (``cases:write``). Below the router's decorator."""

    def decorate(view: F) -> F:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not set(needed).intersection(system_of(request).scopes):
                raise Problem(403, f"该系统没有 {' / '.join(needed)} 权限。", code="scope_missing")
            return view(request, *args, **kwargs)

        wrapped.scopes = needed  # type: ignore[attr-defined]
        return keep_signature(wrapped, view)  # type: ignore[return-value]

    return decorate
