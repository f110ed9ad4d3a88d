"""One look at every request: a log line and the figures. No query string, no path, no name."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from wangge.config import metrics

logger = structlog.stdlib.get_logger("wangge.request")

# Scraped every few seconds: logged only when it fails. (The probes are answered before this middleware.)
QUIET_ROUTES = frozenset({"/metrics"})


class ObserveMiddleware:
    """Counts and logs every request: route, status, duration, actor's number."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - began
        route = _route(request)
        metrics.observe_request(request.method or "", route, response.status_code, seconds)
        level = _level(route, response.status_code)
        logger.log(
            level,
            "request",
            method=request.method,
            route=route,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
            actor=_actor_number(request),
        )
        return response


def _route(request: HttpRequest) -> str:
    """The URL pattern, never the path: a path may name a case or carry a number somebody typed."""
    match = request.resolver_match
    return f"/{match.route}" if match is not None else "(none)"


def _level(route: str, status: int) -> int:
    if status >= 500:
        return logging.ERROR
    if route in QUIET_ROUTES and status < 400:
        return logging.DEBUG
    return logging.INFO


def _actor_number(request: HttpRequest) -> int | None:
    """The user's number if somebody has already asked who it is; a log line costs no query."""
    user = getattr(request, "_cached_user", None)
    return user.pk if user is not None and user.is_authenticated else None
