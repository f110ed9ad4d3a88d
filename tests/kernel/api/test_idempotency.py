"""A request sent twice is done once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from tests.kernel.api.conftest import Call

from wangge.kernel.api.idempotency import KEPT, forget_old
from wangge.kernel.api.models import IdempotencyKey, System
from wangge.kernel.api.systems import create_system
from wangge.kernel.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


def done() -> int:
    return AuditEntry.objects.filter(action="thing.create").count()


def test_the_same_request_is_done_once_and_answered_the_same(call: Call) -> None:
    first, again = (call("POST", "/api/things", {"name": "井盖"}, key="k1") for _ in range(2))
    assert (first.status_code, again.status_code, done()) == (201, 201, 1)
    assert (again.content, again["Content-Type"]) == (first.content, first["Content-Type"])
    assert ("Idempotent-Replayed" in first, again["Idempotent-Replayed"]) == (False, "true")


def test_without_a_key_a_request_is_done_each_time(call: Call) -> None:
    for _ in range(2):
        assert call("POST", "/api/things", {"name": "井盖"}).status_code == 201
    assert done() == 2


def test_another_request_with_the_same_key_is_refused(call: Call) -> None:
    call("POST", "/api/things", {"name": "井盖"}, key="k1")
    answer = call("POST", "/api/things", {"name": "路灯"}, key="k1")
    assert (answer.status_code, answer.json()["code"], done()) == (422, "idempotency_key_reused", 1)


def test_two_systems_may_use_the_same_key(call: Call) -> None:
    _, other = create_system(name="城管系统", scopes=["things:write"], path="150203", by=None)
    call("POST", "/api/things", {"name": "井盖"}, key="k1")
    call("POST", "/api/things", {"name": "路灯"}, key="k1", token=other)
    assert done() == 2


@pytest.mark.parametrize(("name", "status"), [("坏", 403), ("炸", 500)])
def test_a_request_that_failed_leaves_nothing_and_is_judged_anew(call: Call, name: str, status: int) -> None:
    for _ in range(2):
        answer = call("POST", "/api/things", {"name": name}, key="k1")
        assert (answer.status_code, "Idempotent-Replayed" in answer) == (status, False)
    assert (done(), IdempotencyKey.objects.count()) == (0, 0)
    assert call("POST", "/api/things", {"name": "井盖"}, key="k1").status_code == 201


@pytest.mark.parametrize("key", ["", "k" * 201, "k\x07"])
def test_a_key_that_is_none_is_refused(call: Call, key: str) -> None:
    answer = call("POST", "/api/things", {"name": "井盖"}, key=key)
    assert (answer.status_code, answer.json()["code"], done()) == (400, "bad_idempotency_key", 0)


def test_the_same_upload_with_another_boundary_is_the_same_request(call: Call, platform: tuple[System, str]) -> None:
    def upload(content: bytes) -> int:
        file = SimpleUploadedFile("a.txt", content)
        form = {"api_key": platform[1], "file": file}
        return Client().post("/api/open311", form, headers={"Idempotency-Key": "k1"}).status_code

    assert [upload(b"one"), upload(b"one"), upload(b"two"), done()] == [200, 200, 422, 1]


@pytest.mark.django_db(transaction=True)
def test_while_the_first_is_under_way_the_second_waits_outside(call: Call, platform: tuple[System, str]) -> None:
    key = f"api:{platform[0].pk}:k1"
    held, release = threading.Event(), threading.Event()

    def first() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
            held.set()
            release.wait(10)
        connection.close()

    other = threading.Thread(target=first)
    other.start()
    held.wait(10)
    answer = call("POST", "/api/things", {"name": "井盖"}, key="k1")
    assert (answer.status_code, answer.json()["code"], done()) == (409, "request_in_progress", 0)
    release.set()
    other.join()
    assert call("POST", "/api/things", {"name": "井盖"}, key="k1").status_code == 201


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_done_once(call: Call) -> None:
    statuses: list[int] = []

    def send() -> None:
        statuses.append(call("POST", "/api/things", {"name": "井盖"}, key="k1").status_code)
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (done(), set(statuses) <= {201, 409}, 201 in statuses) == (1, True, True)


def test_keys_are_kept_for_72_hours(call: Call) -> None:
    call("POST", "/api/things", {"name": "井盖"}, key="k1")
    now = timezone.now()
    assert (KEPT, forget_old(now + timedelta(hours=71)), forget_old(now + timedelta(hours=73))) == (
        timedelta(hours=72),
        0,
        1,
    )
