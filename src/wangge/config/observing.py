"""Those who watch are answered first; every other request is a log line and a figure, without query, path or name."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from wangge.config import health, metrics
from wangge.kernel.access.routes import route_of

logger = structlog.stdlib.get_logger("wangge.request")


class ProbeMiddleware:
    """Answers probes and scrapes before anything that needs a session or a known host name.

    They come from inside and call a process by its address (``web:8000``), which ``WANGGE_HOSTS`` does not name.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.answers = {"/healthz": health.healthz, "/readyz": health.readyz, "/metrics": metrics.metrics_view}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer: HttpResponse = self.answers.get(request.path_info, self.get_response)(request)
        return answer


class ObserveMiddleware:
    """Counts and logs every request: route, status, duration, actor's number."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - began
        route = route_of(request) or "(none)"
        metrics.observe_request(request.method or "", route, response.status_code, seconds)
        level = _level(response.status_code)
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


def _level(status: int) -> int:
    if status >= 500:
        return logging.ERROR
    return logging.INFO


def _actor_number(request: HttpRequest) -> int | None:
    """The user's number if somebody has already asked who it is; a log line costs no query."""
    user = getattr(request, "_cached_user", None)
    return user.pk if user is not None and user.is_authenticated else None
