"""Binds request id, address and (lazily, after authentication) the actor to the context."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from wangge.kernel.audit.context import bind


class RequestContextMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = request.headers.get("X-Request-Id", "")[:40] or uuid.uuid4().hex
        with bind(request_id=request_id, address=request.META.get("REMOTE_ADDR", "")):
            response = self.get_response(request)
        response["X-Request-Id"] = request_id
        return response
