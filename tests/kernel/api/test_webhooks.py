"""Telling other systems: a real receiver, signatures, retries, the guard, the breaker."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from wangge.kernel.access.errors import AccessError
from wangge.kernel.api import jobs, outbound, webhooks
from wangge.kernel.api.models import Delivery, DeliveryState, System, Webhook
from wangge.kernel.api.systems import create_system, end_system
from wangge.kernel.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


class Receiver:
    """区12345平台's receiver: keeps what it is sent and answers ``status``."""

    def __init__(self) -> None:
        self.status, self.location, self.received = 200, "", []  # type: tuple[int, str, list[Any]]
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.received.append((dict(self.headers), body))
                self.send_response(receiver.status)
                if receiver.location:
                    self.send_header("Location", receiver.location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?a=1"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_ALLOW_PRIVATE = True
    found = Receiver()
    yield found
    found.stop()


@pytest.fixture
def system(db: None) -> System:
    return create_system(name="区12345平台", scopes=["cases:read"], path="150203", by=None)[0]


@pytest.fixture
def hook(system: System, receiver: Receiver) -> Webhook:
    return webhooks.create_webhook(system=system, url=receiver.url, events=["case.*"])[0]


def told(event: str = "case.created", path: str = "150203001") -> Delivery:
    assert webhooks.emit(event, {"number": "1502032024"}, path) == 1
    return Delivery.objects.latest("pk")


def jobs_waiting() -> list[tuple[int, datetime | None]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (args->>'delivery_id')::bigint, scheduled_at FROM procrastinate_jobs"
            " WHERE task_name = 'api.deliver' AND status = 'todo' ORDER BY id"
        )
        return list(cursor.fetchall())


def test_an_event_is_delivered_signed(hook: Webhook, receiver: Receiver) -> None:
    delivery = told()
    assert webhooks.deliver(delivery.pk) == DeliveryState.DELIVERED
    [(headers, body)] = receiver.received
    content = json.loads(body)
    assert (content["event"], content["path"], content["data"], content["id"]) == (
        "case.created",
        "150203001",
        {"number": "1502032024"},
        delivery.pk,
    )
    assert (headers["X-Wangge-Event"], headers["X-Wangge-Delivery"]) == ("case.created", str(delivery.pk))
    now = int(timezone.now().timestamp())
    assert webhooks.verify(hook.secret, body, headers["X-Wangge-Signature"], now=now) is True


def test_a_changed_body_an_old_or_foreign_signature_does_not_verify(hook: Webhook) -> None:
    signature = webhooks.sign("secret", b"body", 1000)
    found = [
        webhooks.verify("secret", b"body", signature, now=1299),
        webhooks.verify("secret", b"body", signature, now=1301),
        webhooks.verify("secret", b"Body", signature, now=1000),
        webhooks.verify("other", b"body", signature, now=1000),
        webhooks.verify("secret", b"body", "nonsense", now=1000),
        webhooks.verify("secret", b"body", "", now=1000),
    ]
    assert found == [True, False, False, False, False, False]


def test_the_job_delivers(hook: Webhook, receiver: Receiver) -> None:
    delivery = told()
    assert jobs_waiting() == [(delivery.pk, None)]
    jobs.deliver(delivery.pk)
    assert len(receiver.received) == 1


def test_a_delivery_is_sent_once(hook: Webhook, receiver: Receiver) -> None:
    delivery = told()
    assert [webhooks.deliver(delivery.pk) for _ in range(2)] == [DeliveryState.DELIVERED, None]
    assert len(receiver.received) == 1


def test_a_change_that_is_rolled_back_tells_nobody(hook: Webhook) -> None:
    with transaction.atomic():
        told()
        transaction.set_rollback(True)
    assert (Delivery.objects.count(), jobs_waiting()) == (0, [])


@pytest.mark.parametrize(
    ("event", "path", "count"),
    [
        ("case.created", "150203", 1),
        ("case.created", "150204001", 0),
        ("case.created", "", 1),
        ("ledger.created", "150203", 0),
        ("case", "150203", 0),
    ],
)
def test_only_who_asked_for_it_and_covers_the_place_is_told(hook: Webhook, event: str, path: str, count: int) -> None:
    assert (webhooks.emit(event, {}, path), Delivery.objects.count()) == (count, count)


def test_a_system_that_ended_is_told_nothing_more(hook: Webhook, system: System, receiver: Receiver) -> None:
    delivery = told()
    end_system(system=system, by=None, reason="合同到期")
    assert webhooks.emit("case.created", {}, "150203") == 0
    assert webhooks.deliver(delivery.pk) == DeliveryState.FAILED
    assert receiver.received == []


def test_a_failure_is_tried_again_with_growing_pauses_and_then_given_up(hook: Webhook, receiver: Receiver) -> None:
    receiver.status = 500
    delivery = told()
    pauses = []
    for _ in range(6):
        Delivery.objects.update(next_at=timezone.now())
        assert webhooks.deliver(delivery.pk) == DeliveryState.WAITING
        delivery.refresh_from_db()
        assert delivery.next_at is not None
        pauses.append(round((delivery.next_at - timezone.now()).total_seconds() / 60))
    assert pauses == [1, 5, 30, 120, 360, 1440]
    assert [pk for pk, _ in jobs_waiting()] == [delivery.pk] * 7
    Delivery.objects.update(next_at=timezone.now())
    assert webhooks.deliver(delivery.pk) == DeliveryState.FAILED
    delivery.refresh_from_db()
    assert (delivery.attempts, delivery.answer_status, delivery.error) == (7, 500, "对方应答 500")


def test_before_its_time_nothing_is_sent(hook: Webhook, receiver: Receiver) -> None:
    receiver.status = 503
    delivery = told()
    assert [webhooks.deliver(delivery.pk) for _ in range(2)] == [DeliveryState.WAITING, None]
    assert len(receiver.received) == 1


def test_a_receiver_that_is_not_there_is_a_failure(hook: Webhook, receiver: Receiver) -> None:
    receiver.stop()
    delivery = told()
    assert webhooks.deliver(delivery.pk) == DeliveryState.WAITING
    delivery.refresh_from_db()
    assert "ConnectionRefusedError" in delivery.error
    receiver.thread = threading.Thread(target=lambda: None)
    receiver.thread.start()
    receiver.server.shutdown = lambda: None  # type: ignore[method-assign]


def test_a_redirect_is_not_followed(hook: Webhook, receiver: Receiver) -> None:
    receiver.status, receiver.location = 302, "http://127.0.0.1:1/inside"
    delivery = told()
    assert webhooks.deliver(delivery.pk) == DeliveryState.WAITING
    delivery.refresh_from_db()
    assert (delivery.error, len(receiver.received)) == ("对方应答 302", 1)


def test_a_webhook_that_keeps_failing_is_switched_off_with_an_alarm(hook: Webhook, receiver: Receiver) -> None:
    receiver.status = 500
    webhooks.deliver(told().pk)
    Webhook.objects.update(failing_since=timezone.now() - timedelta(days=3))
    delivery = told()
    assert webhooks.deliver(delivery.pk) == DeliveryState.FAILED
    hook.refresh_from_db()
    assert (hook.is_active, hook.disabled_why) == (False, "连续3天送达失败")
    assert AuditEntry.objects.filter(action="api.webhook.disable").count() == 1
    assert webhooks.emit("case.created", {}, "150203") == 0


def test_one_success_forgets_the_failures(hook: Webhook, receiver: Receiver) -> None:
    receiver.status = 500
    webhooks.deliver(told().pk)
    receiver.status = 204
    webhooks.deliver(told().pk)
    hook.refresh_from_db()
    assert hook.failing_since is None


def test_a_delivery_whose_worker_was_killed_is_asked_for_again(hook: Webhook) -> None:
    delivery = told()
    assert webhooks.ask_again(timezone.now()) == 0
    later = timezone.now() + webhooks.LEASE + timedelta(seconds=1)
    assert [webhooks.ask_again(later) for _ in range(2)] == [1, 0]
    assert [pk for pk, _ in jobs_waiting()] == [delivery.pk] * 2


def test_ended_deliveries_are_kept_for_90_days(hook: Webhook) -> None:
    webhooks.deliver(told().pk)
    told()
    now = timezone.now()
    assert [webhooks.forget_old(now + timedelta(days=days)) for days in (89, 91)] == [0, 1]
    assert Delivery.objects.get().state == DeliveryState.WAITING


# The guard


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook",
        "https://127.0.0.1/hook",
        "https://localhost/hook",
        "https://10.0.0.8/hook",
        "https://192.168.1.1/hook",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.8]/",
        "https://[fd00::1]/",
        "https://[fe80::1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://224.0.0.1/",
        "https://user:password@203.0.114.1/",
        "ftp://203.0.114.1/",
        "file:///etc/passwd",
        "https:///nowhere",
        "https://203.0.114.1:99999/",
        "https://[broken/",
    ],
)
def test_addresses_inside_are_never_called(system: System, url: str) -> None:
    with pytest.raises(AccessError):
        webhooks.create_webhook(system=system, url=url, events=["case.*"])
    with pytest.raises(outbound.OutboundError):
        outbound.post(url, b"{}", {})
    assert Webhook.objects.count() == 0


def test_a_public_address_is_fine() -> None:
    target = outbound.vet("https://1.1.1.1:8443/hook?a=1")
    assert (target.address, target.port, target.resource) == ("1.1.1.1", 8443, "/hook?a=1")


def test_a_name_that_leads_inside_later_is_not_called(
    system: System, receiver: Receiver, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    def inside(host: str, port: int, **options: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    settings.WEBHOOK_ALLOW_PRIVATE = False
    monkeypatch.setattr(outbound.socket, "getaddrinfo", inside)
    Webhook.objects.create(system=system, url="https://rebound.example/", events=["case.*"], secret="s")
    delivery = told()
    assert webhooks.deliver(delivery.pk) == DeliveryState.WAITING
    delivery.refresh_from_db()
    assert (delivery.error, receiver.received) == ("回调地址不能指向内部网络。", [])


def test_a_receiver_that_drips_is_cut_off(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket
    import time

    settings.WEBHOOK_ALLOW_PRIVATE = True
    monkeypatch.setattr(outbound, "TOTAL_SECONDS", 0.6)
    server = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connected, _ = server.accept()
        with connected:
            for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 200:
                try:
                    connected.send(bytes([byte]))
                except OSError:
                    return
                time.sleep(0.1)

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    started = time.monotonic()
    with pytest.raises(outbound.OutboundError):
        outbound.post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {})
    assert time.monotonic() - started < 3
    server.close()
    thread.join(5)
