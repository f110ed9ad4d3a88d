"""Domain errors become answers: a step refused is 409, a step not permitted 403, in words for the user."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from wangge.kernel.flow.engine import FlowError, NotPermitted


def _back(request: HttpRequest) -> str:
    """The page the user came from, if it is ours."""
    came_from = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
    return came_from if ours else ""


class DomainErrorMiddleware:
    """Renders a ``FlowError`` no view has answered; scripts find its words in ``X-Wangge-Message``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, FlowError):
            return None
        status = 403 if isinstance(exception, NotPermitted) else 409
        response = render(request, f"{status}.html", {"message": str(exception), "back": _back(request)}, status=status)
        response["X-Wangge-Message"] = quote(str(exception))
        return response
