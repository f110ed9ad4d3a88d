"""Who calls, from where, how often, and what they may."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from tests.kernel.api.conftest import Call

from wangge.kernel.api import systems
from wangge.kernel.api.arriving import arrive
from wangge.kernel.api.models import Bucket, System
from wangge.kernel.api.problems import Problem
from wangge.kernel.audit.models import AuditEntry

pytestmark = pytest.mark.django_db
Platform = tuple[System, str]


def test_a_token_is_long_random_and_kept_as_a_hash(platform: Platform) -> None:
    system, token = platform
    assert (len(token) >= 43, token.startswith("wg_")) == (True, True)
    assert bytes(System.objects.get().digest) == hashlib.sha256(token.encode()).digest()
    assert system.hint == token[-4:]


def test_a_good_token_is_the_system(call: Call, platform: Platform) -> None:
    assert call("GET", "/api/who").json() == {
        "kind": "client",
        "label": "区12345平台",
        "office": None,
        "paths": "150203",
        "offices": "",
    }


def test_a_system_in_an_office_sees_the_offices_rows(call: Call) -> None:
    _, token = systems.create_system(name="城管系统", scopes=["things:read"], office_id=7, by=None)
    answer = call("GET", "/api/who", token=token).json()
    assert (answer["office"], answer["paths"], answer["offices"]) == (7, "", "7")


@pytest.mark.parametrize("token", ["", "wg_wrong", "x" * 5000])
def test_without_a_good_token_nothing_is_done(call: Call, token: str) -> None:
    answer = call("POST", "/api/things", {"name": "井盖"}, token=token)
    assert (answer.status_code, answer.json()["code"], answer["WWW-Authenticate"]) == (
        401,
        "unauthenticated",
        'Bearer realm="wangge"',
    )
    assert AuditEntry.objects.filter(action="thing.create").count() == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"is_active": False},
        {"expires_on": timezone.localdate()},
        {"expires_on": timezone.localdate() - timedelta(days=1)},
    ],
)
def test_a_token_that_ended_is_no_good(call: Call, changes: dict[str, Any]) -> None:
    System.objects.update(**changes)
    assert call("GET", "/api/things").status_code == 401


def test_a_token_is_good_until_the_day_before_it_ends(call: Call) -> None:
    System.objects.update(expires_on=timezone.localdate() + timedelta(days=1))
    assert call("GET", "/api/things").status_code == 200


def test_a_new_token_ends_the_old_one(call: Call, platform: Platform) -> None:
    token = systems.rotate_token(system=platform[0], by=None, reason="令牌泄露")
    assert call("GET", "/api/things").status_code == 401
    assert call("GET", "/api/things", token=token).status_code == 200


@pytest.mark.parametrize(
    ("allowed", "status"),
    [
        ([], 200),
        (["127.0.0.0/8"], 200),
        (["10.1.2.0/24", "127.0.0.1/32"], 200),
        (["10.1.2.0/24"], 403),
        (["::1/128"], 403),
    ],
)
def test_calls_come_from_allowed_addresses_only(call: Call, allowed: list[str], status: int) -> None:
    System.objects.update(allowed_addresses=allowed)
    assert call("GET", "/api/things").status_code == status


def test_a_scope_that_was_not_given_is_refused(call: Call) -> None:
    answer = call("GET", "/api/admin")
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


def test_a_token_is_no_login(call: Call, platform: Platform) -> None:
    client = Client(headers={"Authorization": f"Bearer {platform[1]}"})
    client.get("/api/things")
    assert dict(client.cookies) == {}


def test_an_open_endpoint_needs_no_token(call: Call) -> None:
    assert Client().get("/api/open").json() == {"ok": True}


def test_the_description_is_public_and_names_the_authentication(call: Call) -> None:
    schema = Client().get("/api/openapi.json").json()
    assert schema["components"]["securitySchemes"]["TokenAuth"] == {"type": "http", "scheme": "bearer"}


@pytest.mark.parametrize("how", ["query", "header", "form"])
def test_open311_gives_its_key_in_the_query_the_form_or_a_header(call: Call, platform: Platform, how: str) -> None:
    token = platform[1]
    answer = {
        "query": lambda: Client().get(f"/api/open311?api_key={token}"),
        "header": lambda: Client().get("/api/open311", headers={"X-Api-Key": token}),
        "form": lambda: Client().post("/api/open311", {"api_key": token}),
    }[how]()
    assert answer.status_code == 200
    assert Client().get("/api/open311?api_key=wrong").status_code == 401


# Limits


def test_calls_beyond_the_rate_are_told_when_to_come_again(call: Call) -> None:
    System.objects.update(rate_per_minute=20)
    statuses = [call("GET", "/api/things").status_code for _ in range(6)]
    answer = call("GET", "/api/things")
    assert statuses == [200] * 5 + [429]
    assert (answer.json()["code"], 1 <= int(answer["Retry-After"]) <= 3) == ("rate_limited", True)


def test_the_bucket_refills_steadily(platform: Platform) -> None:
    System.objects.update(rate_per_minute=60)
    assert left(platform) == 14
    Bucket.objects.update(tokens=0, refilled_at=timezone.now() - timedelta(seconds=3))
    assert [left(platform) for _ in range(3)] == [2, 1, 0]
    with pytest.raises(Problem) as refused:
        left(platform)
    assert (refused.value.status, refused.value.headers["Retry-After"]) == (429, "1")


def test_the_bucket_never_holds_more_than_its_size(platform: Platform) -> None:
    full = left(platform)
    Bucket.objects.update(refilled_at=timezone.now() - timedelta(days=1))
    assert (left(platform), full) == (600 // 4 - 1, 600 // 4 - 1)


def test_who_is_refused_takes_no_token_and_sees_nothing(platform: Platform) -> None:
    System.objects.update(allowed_addresses=["10.1.2.0/24"])
    with pytest.raises(Problem, match="允许范围"):
        left(platform, "10.1.3.1")
    assert (Bucket.objects.count(), seen()) == (0, ("", ""))
    assert (left(platform, "10.1.2.7"), seen()) == (149, ("150203", ""))
    assert arrive("wg_wrong", "10.1.2.7") is None


def left(platform: Platform, address: str = "127.0.0.1") -> int:
    """A call; the tokens that it leaves."""
    assert arrive(platform[1], address) == System.objects.get(pk=platform[0].pk)
    return int(Bucket.objects.get().tokens)


def seen() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('wangge.paths'), current_setting('wangge.offices')")
        found: tuple[str, str] = cursor.fetchone()
    return found


def test_one_systems_calls_do_not_use_up_anothers(call: Call) -> None:
    _, other = systems.create_system(name="城管系统", scopes=["things:read"], path="150203", by=None)
    System.objects.filter(name="区12345平台").update(rate_per_minute=1)
    for _ in range(6):
        last = call("GET", "/api/things").status_code
    assert (last, call("GET", "/api/things", token=other).status_code) == (429, 200)
