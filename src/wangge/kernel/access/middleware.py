"""Per request: the user's scope on the connection; forced password change and second factor."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from wangge.kernel.access import database
from wangge.kernel.access.roles import Reach
from wangge.kernel.access.scopes import Scope, holdings


class AccessMiddleware:
    """Sets what the connection may see to the union of the user's grants, before any view runs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        held = holdings(request.user)
        database.see(
            Scope(
                paths=tuple(sorted({h.path for h in held if h.role.reach is Reach.PATH and h.path})),
                offices=tuple(sorted({h.office_id for h in held if h.role.reach is Reach.OFFICE and h.office_id})),
            )
        )
        return self.get_response(request)
