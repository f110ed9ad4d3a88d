"""``Idempotency-Key``: a request sent twice is done once and answered twice.

Everything happens in one transaction: the key is claimed by an advisory lock, the endpoint does its work,
and the answer is stored. A process killed in between leaves neither work nor answer, and the retry does both.
Refused requests (4xx, 5xx) leave nothing: their retry is judged anew.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, TypeVar

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from ninja.operation import Operation

from wangge.kernel.access.routes import keep_signature
from wangge.kernel.api.auth import system_of
from wangge.kernel.api.models import IdempotencyKey, System
from wangge.kernel.api.problems import Problem

F = TypeVar("F", bound=Callable[..., Any])

HEADER = "Idempotency-Key"
VISIBLE = re.compile(r"[\x21-\x7e]{1,200}")
KEPT = timedelta(hours=72)
_OPERATION = "_wangge_operation"


def idempotent(view: F) -> F:
    """Honour ``Idempotency-Key`` on an endpoint. Directly below the router's decorator.

    Same key, same request → the same answer again (``Idempotent-Replayed: true``); same key, another request
    → 422; the first still under way → 409. Headers the endpoint sets on an injected response are not kept.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.headers.get(HEADER) is None:
            return view(request, *args, **kwargs)
        return once(request, system_of(request), lambda: _render(request, view(request, *args, **kwargs)))

    contribute: list[Callable[[Operation], None]] = getattr(view, "_ninja_contribute_to_operation", [])
    wrapped._ninja_contribute_to_operation = [*contribute, _note_operation]  # type: ignore[attr-defined]
    return keep_signature(wrapped, view)  # type: ignore[return-value]


def once(request: HttpRequest, system: System, act: Callable[[], HttpResponse]) -> HttpResponse:
    """What ``act`` answers, or answered when the same request came with the same ``Idempotency-Key`` before."""
    key = request.headers.get(HEADER)
    if key is None:
        return act()
    if VISIBLE.fullmatch(key) is None:
        raise Problem(400, f"{HEADER} 须为1至200个可见字符。", code="bad_idempotency_key")
    with transaction.atomic():
        _claim(system, key)
        fingerprint = _fingerprint(request)
        held = IdempotencyKey.objects.filter(system=system, key=key).first()
        if held is not None:
            return _again(held, fingerprint)
        response = act()
        if response.status_code >= 400:
            transaction.set_rollback(True)
        else:
            _keep(system, key, fingerprint, response)
    return response


def _note_operation(operation: Operation) -> None:
    """Make the operation that runs known to the endpoint below it, which renders its own answer."""

    def decorate(run: Callable[..., Any]) -> Callable[..., Any]:
        own = run.__self__  # type: ignore[attr-defined]

        @wraps(run)
        def noted(request: HttpRequest, **kwargs: Any) -> Any:
            setattr(request, _OPERATION, own)
            return run(request, **kwargs)

        return noted

    operation.run = decorate(operation.run)  # type: ignore[method-assign]
    operation._run_decorators = [*getattr(operation, "_run_decorators", []), decorate]  # type: ignore[attr-defined]


def _render(request: HttpRequest, result: Any) -> HttpResponse:
    operation: Operation = getattr(request, _OPERATION)
    blank = operation.api.create_temporal_response(request)
    response = operation._result_to_response(request, result, blank)
    if not isinstance(response, HttpResponse):
        raise TypeError("a streamed answer cannot be kept: take @idempotent off this endpoint")
    return response


def _claim(system: System, key: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"api:{system.pk}:{key}"])
        row = cursor.fetchone()
    if not row or not row[0]:
        raise Problem(409, "相同的请求正在处理，请稍后再试。", code="request_in_progress", headers={"Retry-After": "1"})


def _fingerprint(request: HttpRequest) -> bytes:
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    try:
        digest.update(request.body)
    except RawPostDataException:  # multipart: already parsed, the boundary is chance anyway
        for name, values in sorted(request.POST.lists()):
            digest.update(repr((name, values)).encode())
        for name, file in sorted(request.FILES.items()):
            digest.update(repr((name, getattr(file, "name", ""))).encode())
            for chunk in file.chunks():  # type: ignore[union-attr]
                digest.update(chunk)
            file.seek(0)  # type: ignore[union-attr]
    return digest.digest()


def _keep(system: System, key: str, fingerprint: bytes, response: HttpResponse) -> None:
    IdempotencyKey.objects.create(
        system=system,
        key=key,
        fingerprint=fingerprint,
        status=response.status_code,
        content_type=response.headers.get("Content-Type", "")[:100],
        body=response.content,
        location=response.headers.get("Location", "")[:500],
    )


def _again(held: IdempotencyKey, fingerprint: bytes) -> HttpResponse:
    if bytes(held.fingerprint) != fingerprint:
        raise Problem(422, f"该 {HEADER} 已用于另一个请求。", code="idempotency_key_reused")
    response = HttpResponse(bytes(held.body), status=held.status, content_type=held.content_type)
    response["Idempotent-Replayed"] = "true"
    if held.location:
        response["Location"] = held.location
    return response


def forget_old(now: datetime) -> int:
    """Drop the keys whose 72 hours are over; how many."""
    dropped, _ = IdempotencyKey.objects.filter(created_at__lt=now - KEPT).delete()
    return dropped
