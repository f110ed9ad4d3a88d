"""Lockout after failed logins: what django-axes counts, said in our words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off, get_failure_limit
from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from wangge.kernel.audit.context import current

KEPT: Final = timedelta(days=30)


def client_address(request: HttpRequest) -> str | None:
    """The address the audit context bound, so that the lock and the record name the same client."""
    return current().address or request.META.get("REMOTE_ADDR") or None


def _credentials(username: str) -> dict[str, str]:
    return {"username": username}


def is_locked(request: HttpRequest, username: str) -> bool:
    """Whether this client may not try this account now."""
    return not AxesProxyHandler.is_allowed(request, _credentials(username))


def count_failure(request: HttpRequest, username: str) -> None:
    """A failure that is not a wrong password (a wrong second factor) counts like one."""
    AxesProxyHandler.user_login_failed(sender=__name__, credentials=_credentials(username), request=request)


def locked_until(username: str, address: str | None = None) -> datetime | None:
    """When the lock on an account (from ``address``, or the longest from anywhere) ends; None: not locked."""
    cool_off = get_cool_off()
    if cool_off is None:
        return None
    attempts = AccessAttempt.objects.filter(username=username, attempt_time__gt=timezone.now() - cool_off)
    if address is not None:
        attempts = attempts.filter(ip_address=address)
    limit = get_failure_limit(None, None)
    locked = (
        attempts.order_by()
        .values("ip_address")
        .annotate(failures=Sum("failures_since_start"))
        .filter(failures__gte=limit)
        .values_list("ip_address", flat=True)
    )
    last = attempts.filter(ip_address__in=list(locked)).order_by("-attempt_time").first()
    return None if last is None else last.attempt_time + cool_off


def unlock(username: str) -> int:
    """Forget the failures of an account from every address; how many rows there were."""
    count: int = reset(username=username)
    return count


def forget_old(*, now: datetime) -> int:
    """Delete failures a month old (or older than any lock lasts): they name accounts and addresses. How many."""
    keep = max(KEPT, get_cool_off() or KEPT)
    done, _ = AccessAttempt.objects.filter(attempt_time__lt=now - keep).delete()
    return int(done)


def locked_page(
    request: HttpRequest,
    original_response: HttpResponse | None = None,  # noqa: ARG001 (axes passes it)
    credentials: Any = None,
) -> HttpResponse:
    """What a locked client is shown (``AXES_LOCKOUT_CALLABLE``): until when, and whom to ask. 429."""
    username = (credentials or {}).get("username") or request.POST.get("username", "")
    until = locked_until(username, client_address(request))
    context = {"until": until, "limit": settings.AXES_FAILURE_LIMIT}
    response = render(request, "access/locked.html", context, status=429)
    if until is not None:
        response["Retry-After"] = str(max(int((until - timezone.now()).total_seconds()), 1))
    return response
