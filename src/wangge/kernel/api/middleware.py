"""An address of the API that does not exist, or not by that method, is answered as a problem too."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from wangge.kernel.api.problems import Problem

PREFIX = "/api/"


class ProblemsMiddleware:
    """Below ``/api/`` a 404 or 405 that came from the routing becomes problem details (RFC 9457)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if (
            response.status_code in (404, 405)
            and request.path.startswith(PREFIX)
            and not response.headers.get("Content-Type", "").endswith("json")
        ):
            allowed = response.headers.get("Allow")
            return Problem(response.status_code, headers={"Allow": allowed} if allowed else None).response(request)
        return response
