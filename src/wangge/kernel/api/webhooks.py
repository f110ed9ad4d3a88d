"""Telling other systems what happened: deliveries as rows, signed, retried, guarded.

``emit`` writes the deliveries in the caller's transaction and asks for their jobs: a change that is rolled
back tells nobody, one that is committed is told at least once (``X-Wangge-Delivery`` lets the other side
recognise a second time).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from wangge.kernel import rows
from wangge.kernel.access.errors import AccessError
from wangge.kernel.api import outbound
from wangge.kernel.api.models import Delivery, DeliveryState, System, Webhook
from wangge.kernel.audit.recording import record
from wangge.kernel.jobs.queue import defer_many, schedule

log = structlog.get_logger(__name__)

JOB: Final = "api.deliver"
# After the first try: six more, over nearly a day and a half.
PAUSES: Final = tuple(timedelta(seconds=seconds) for seconds in (60, 5 * 60, 30 * 60, 2 * 3600, 6 * 3600, 24 * 3600))
LEASE: Final = timedelta(minutes=2)  # a worker killed while it sends: somebody else tries after this
KEPT: Final = timedelta(days=90)
TOLERANCE_SECONDS: Final = 300  # receivers should refuse signatures older than this


def create_webhook(*, system: System, url: str, events: Sequence[str]) -> tuple[Webhook, str]:
    """A webhook of ``system`` and the secret to check its signatures with, shown once. Raises AccessError."""
    wanted = sorted({event.strip() for event in events if event.strip()})
    if not wanted:
        raise AccessError("请至少选择一个事件。")
    try:
        outbound.vet(url)
    except outbound.OutboundError as error:
        raise AccessError(str(error)) from error
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        if Webhook.objects.filter(system=system, url=url).exists():
            raise AccessError("该系统已有这个回调地址。")
        webhook = Webhook.objects.create(system=system, url=url, events=wanted, secret=secret)
        record("api.webhook.create", webhook, changes={"url": [None, url], "events": [None, wanted]})
    return webhook, secret


def enable_webhook(*, webhook: Webhook) -> None:
    """Switch a webhook on again; it begins with what happens from now on."""
    webhook.is_active, webhook.failing_since, webhook.disabled_at, webhook.disabled_why = True, None, None, ""
    with transaction.atomic():
        webhook.save(update_fields=["is_active", "failing_since", "disabled_at", "disabled_why"])
        record("api.webhook.enable", webhook)


def end_webhook(*, webhook: Webhook, why: str = "已删除") -> None:
    """Switch a webhook off for good; its deliveries stay to be read."""
    with transaction.atomic():
        _switch_off(webhook, why, timezone.now())
        record("api.webhook.end", webhook, reason=why)


def emit(event: str, payload: Mapping[str, Any], path: str = "") -> int:
    """Tell every active webhook that wants ``event`` and whose system covers ``path``; how many.

    ``payload`` is JSON (dates and numbers included) and holds no personal data beyond what the system's
    scope may read. Call it inside the transaction of the change.
    """
    if not _somebody_listens():
        return 0
    today = timezone.localdate()
    candidates = Webhook.objects.filter(is_active=True, system__is_active=True).filter(
        Q(system__expires_on__isnull=True) | Q(system__expires_on__gt=today)
    )
    wanted = [hook for hook in candidates.select_related("system") if hook.wants(event) and _covers(hook.system, path)]
    if not wanted:
        return 0
    content = json.loads(json.dumps(payload, cls=DjangoJSONEncoder, ensure_ascii=False))
    with transaction.atomic():
        deliveries = Delivery.objects.bulk_create(
            Delivery(webhook=hook, event=event, path=path, payload=content) for hook in wanted
        )
        defer_many(JOB, ({"delivery_id": delivery.pk} for delivery in deliveries))
    return len(deliveries)


def _somebody_listens() -> bool:
    """Most installations have no webhook at all, and every step of every case asks."""
    with rows.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM api_webhook WHERE is_active)")
        return bool(cursor.fetchone()[0])


def _covers(system: System, path: str) -> bool:
    return not path or not system.path or path.startswith(system.path)


def body_of(delivery: Delivery) -> bytes:
    """What is sent, and signed."""
    content = {
        "id": delivery.pk,
        "event": delivery.event,
        "occurred_at": delivery.created_at.isoformat(),
        "path": delivery.path,
        "data": delivery.payload,
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def sign(secret: str, body: bytes, at: int) -> str:
    """``t=<Unix seconds>,v1=<HMAC-SHA-256 of "t.body" in hex>``."""
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
    return f"t={at},v1={mac.hexdigest()}"


def verify(secret: str, body: bytes, signature: str, *, now: int) -> bool:
    """Whether ``signature`` is ours and fresh: what a receiver does, and our own tests."""
    try:
        parts = dict(part.split("=", 1) for part in signature.split(","))
        at = int(parts["t"])
    except (ValueError, KeyError):
        return False
    return abs(now - at) <= TOLERANCE_SECONDS and hmac.compare_digest(sign(secret, body, at), signature)


def deliver(delivery_id: int) -> DeliveryState | None:
    """Send one delivery if it is due and nobody else is sending it; its state afterwards, None if not taken."""
    delivery = _take(delivery_id)
    if delivery is None:
        return None
    webhook = delivery.webhook
    if not webhook.is_active:
        return _give_up(delivery, "回调已停用")
    body = body_of(delivery)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Wangge-Webhook/1",
        "X-Wangge-Event": delivery.event,
        "X-Wangge-Delivery": str(delivery.pk),
        "X-Wangge-Signature": sign(webhook.secret, body, int(timezone.now().timestamp())),
    }
    try:
        status = outbound.post(webhook.url, body, headers)
    except outbound.OutboundError as error:
        return _failed(delivery, None, str(error))
    if 200 <= status < 300:
        return _succeeded(delivery, status)
    return _failed(delivery, status, f"对方应答 {status}")


def _take(delivery_id: int) -> Delivery | None:
    now = timezone.now()
    with transaction.atomic():
        delivery = (
            Delivery.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("webhook")
            .filter(pk=delivery_id, state=DeliveryState.WAITING, next_at__lte=now)
            .first()
        )
        if delivery is not None:
            delivery.attempts += 1
            delivery.next_at = now + LEASE
            delivery.save(update_fields=["attempts", "next_at"])
    return delivery


def _succeeded(delivery: Delivery, status: int) -> DeliveryState:
    _end(delivery, DeliveryState.DELIVERED, status, "")
    Webhook.objects.filter(pk=delivery.webhook_id, failing_since__isnull=False).update(failing_since=None)
    return DeliveryState.DELIVERED


def _failed(delivery: Delivery, status: int | None, error: str) -> DeliveryState:
    now = timezone.now()
    with transaction.atomic():
        webhook = Webhook.objects.select_for_update().get(pk=delivery.webhook_id)
        if webhook.failing_since is None:
            webhook.failing_since = now
            webhook.save(update_fields=["failing_since"])
        elif webhook.is_active and now - webhook.failing_since >= timedelta(days=settings.WEBHOOK_DISABLE_AFTER_DAYS):
            _switch_off(webhook, f"连续{settings.WEBHOOK_DISABLE_AFTER_DAYS}天送达失败", now)
            record("api.webhook.disable", webhook, reason=webhook.disabled_why)
            log.error("webhook_disabled", alarm=True, webhook=webhook.pk, url=webhook.url, error=error)
        if delivery.attempts > len(PAUSES) or not webhook.is_active:
            return _give_up(delivery, error, status)
        delivery.next_at = now + PAUSES[delivery.attempts - 1]
        delivery.answer_status, delivery.error = status, error[:300]
        delivery.save(update_fields=["next_at", "answer_status", "error"])
        schedule(JOB, {"delivery_id": delivery.pk}, at=delivery.next_at)
    return DeliveryState.WAITING


def _give_up(delivery: Delivery, error: str, status: int | None = None) -> DeliveryState:
    _end(delivery, DeliveryState.FAILED, status, error)
    log.warning("webhook_not_delivered", delivery=delivery.pk, webhook=delivery.webhook_id, error=error)
    return DeliveryState.FAILED


def _end(delivery: Delivery, state: DeliveryState, status: int | None, error: str) -> None:
    delivery.state, delivery.answer_status, delivery.error = state, status, error[:300]
    delivery.next_at, delivery.ended_at = None, timezone.now()
    delivery.save(update_fields=["state", "answer_status", "error", "next_at", "ended_at"])


def _switch_off(webhook: Webhook, why: str, now: datetime) -> None:
    webhook.is_active, webhook.disabled_at, webhook.disabled_why = False, now, why
    webhook.save(update_fields=["is_active", "disabled_at", "disabled_why"])


def ask_again(now: datetime) -> int:
    """Ask anew for deliveries whose job was lost (a killed worker, an emptied queue); how many."""
    late = Delivery.objects.filter(state=DeliveryState.WAITING, next_at__lt=now - LEASE).values_list("pk", flat=True)
    asked = 0
    for pk in late.order_by("next_at")[:1000]:
        asked += schedule(JOB, {"delivery_id": pk}, once=f"delivery-{pk}") is not None
    return asked


def forget_old(now: datetime) -> int:
    """Drop deliveries that ended more than 90 days ago; how many."""
    dropped, _ = Delivery.objects.filter(ended_at__lt=now - KEPT).delete()
    return dropped
