"""Many accounts tried from one address: the address is locked, an office's slips do not lock it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.kernel.access.conftest import PASSWORD, MakeUser
from tests.kernel.access.test_login import give_totp, sign_in, signed_in

from wangge.kernel.access import addresses
from wangge.kernel.access.models import AddressLock, LoginFailure, User
from wangge.kernel.audit.models import AuditEntry

pytestmark = pytest.mark.django_db
WRONG = "Wrong-2024-zl"


@pytest.fixture(autouse=True)
def limits(settings: Any) -> None:
    settings.ADDRESS_LOCK_FAILURES = 6
    settings.ADDRESS_LOCK_ACCOUNTS = 3


def spray(client: Client, accounts: int = 3, each: int = 2) -> list[int]:
    """The answers to ``each`` wrong passwords on so many accounts, known or not."""
    return [
        client.post("/login/", {"username": f"guess{number % accounts}", "password": WRONG}).status_code
        for number in range(accounts * each)
    ]


def acts() -> list[str]:
    found = AuditEntry.objects.filter(action__startswith="access.addresslock").order_by("pk")
    return list(found.values_list("action", flat=True))


def test_many_accounts_from_one_address_lock_it_for_every_account(client: Client, worker_li: User) -> None:
    assert spray(client) == [200] * 5 + [429]
    response = sign_in(client, worker_li)
    assert (response.status_code, signed_in(client)) == (429, False)
    assert "从您的网络登录失败过多" in response.content.decode()
    assert 1700 <= int(response["Retry-After"]) <= 1800
    assert sign_in(Client(REMOTE_ADDR="10.9.8.7"), worker_li).status_code == 302


def test_the_lock_is_recorded_once_with_its_figures(client: Client) -> None:
    spray(client, each=4)
    lock = AddressLock.objects.get()
    assert (lock.address, lock.failures, lock.accounts, lock.lifted_at) == ("127.0.0.1", 6, 3, None)
    assert acts() == ["access.addresslock.lock"]
    changes = AuditEntry.objects.get(action="access.addresslock.lock").changes
    assert (changes["address"], changes["failures"], changes["accounts"]) == ("127.0.0.1", 6, 3)


def test_many_failures_on_few_accounts_are_the_accounts_affair(client: Client, worker_li: User) -> None:
    for _ in range(5):
        spray(client, accounts=2)
    assert (AddressLock.objects.count(), sign_in(client, worker_li).status_code) == (0, 302)


def test_an_office_that_mistypes_and_gets_in_is_not_locked(client: Client, make: MakeUser) -> None:
    for number in range(10):
        colleague = make(f"同事{number}")
        sign_in(client, colleague, WRONG)
        sign_in(client, colleague)
        client.post("/logout/")
    assert (AddressLock.objects.count(), LoginFailure.objects.count()) == (0, 0)


def test_getting_into_one_account_clears_nothing_of_the_others(client: Client, worker_li: User) -> None:
    spray(client, accounts=5, each=1)
    assert sign_in(client, worker_li).status_code == 302
    client.post("/logout/")
    assert LoginFailure.objects.count() == 5
    assert client.post("/login/", {"username": "guess6", "password": WRONG}).status_code == 429


def test_failures_before_the_window_do_not_count(client: Client) -> None:
    spray(client, accounts=5, each=1)
    LoginFailure.objects.update(at=timezone.now() - timedelta(minutes=16))
    assert spray(client, accounts=5, each=1) == [200] * 5


def test_who_is_signed_in_stays_so(client: Client, worker_li: User) -> None:
    inside = Client()
    sign_in(inside, worker_li)
    spray(client)
    assert inside.get("/account/password/").status_code == 200


def test_a_lock_ends_when_it_said_it_would_and_the_count_begins_anew(client: Client, worker_li: User) -> None:
    spray(client)
    AddressLock.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert client.post("/login/", {"username": "guess1", "password": WRONG}).status_code == 200
    assert sign_in(client, worker_li).status_code == 302
    client.post("/logout/")
    assert spray(client)[-1] == 429
    assert (AddressLock.objects.count(), acts()) == (1, ["access.addresslock.lock"] * 2)


def test_wrong_codes_count_and_the_second_step_is_locked_too(client: Client, worker_li: User) -> None:
    give_totp(worker_li)
    sign_in(client, worker_li)
    client.post("/login/code/", {"code": "000000"})
    assert LoginFailure.objects.count() == 1
    spray(Client())
    assert client.post("/login/code/", {"code": "000000"}).status_code == 429


def test_a_network_of_one_customer_is_one_address(worker_li: User) -> None:
    for number in range(6):
        spray(Client(REMOTE_ADDR=f"2001:db8:1:2::{number}"), accounts=number + 1, each=1)
    assert list(AddressLock.objects.values_list("address", flat=True)) == ["2001:db8:1:2::/64"]
    assert sign_in(Client(REMOTE_ADDR="2001:db8:1:2:ffff::9"), worker_li).status_code == 429
    assert sign_in(Client(REMOTE_ADDR="2001:db8:1:3::1"), worker_li).status_code == 302


def test_what_was_typed_is_not_kept(client: Client) -> None:
    client.post("/login/", {"username": "my-password-by-mistake", "password": "x"})
    assert b"mistake" not in bytes(LoginFailure.objects.get().account)


def test_the_security_administrator_sees_and_lifts_it(client: Client, security_admin: User, worker_li: User) -> None:
    spray(client)
    lock = AddressLock.objects.get()
    admin = Client()
    admin.force_login(security_admin)
    assert "127.0.0.1" in admin.get("/admin/addresses/?now=1").content.decode()
    form = {"_action": "bulk:lift", "pk": lock.pk}
    assert "需要填写理由" in admin.post("/admin/addresses/", form, follow=True).content.decode()
    assert sign_in(client, worker_li).status_code == 429
    assert "可以登录了" in admin.post("/admin/addresses/", form | {"reason-lift": "培训机房，已核实"}).content.decode()
    assert sign_in(client, worker_li).status_code == 302
    assert acts() == ["access.addresslock.lock", "access.addresslock.lift"]
    again = admin.post("/admin/addresses/", form | {"reason-lift": "培训机房，已核实"})
    assert "该地址的锁定已经结束" in again.content.decode()


def test_others_do_not_lift_it(client: Client, worker_li: User, audit_admin: User) -> None:
    spray(client)
    for user in (worker_li, audit_admin):
        other = Client(REMOTE_ADDR="10.9.8.7")
        other.force_login(user)
        form = {"_action": "bulk:lift", "pk": AddressLock.objects.get().pk, "reason-lift": "我想登录"}
        assert other.post("/admin/addresses/", form).status_code == 403
    assert AddressLock.objects.get().lifted_at is None


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_for_one_row_and_three(
    client: Client, security_admin: User, rows: int, django_assert_num_queries: Any
) -> None:
    now = timezone.now()
    for number in range(rows):
        AddressLock.objects.create(
            address=f"10.0.0.{number}", locked_at=now, until=now + timedelta(minutes=30), failures=60, accounts=20
        )
    client.force_login(security_admin)
    client.get("/admin/addresses/")
    with django_assert_num_queries(6):
        assert len(client.get("/admin/addresses/").context["rows"]) == rows


def test_old_failures_and_locks_are_cleared_away(client: Client) -> None:
    spray(client, accounts=2)
    AddressLock.objects.create(
        address="10.0.0.1", locked_at=timezone.now(), until=timezone.now(), failures=60, accounts=20
    )
    assert addresses.forget_old(now=timezone.now()) == 0
    assert addresses.forget_old(now=timezone.now() + timedelta(days=31)) == 5


def test_the_password_is_not_even_looked_at_while_locked(
    client: Client, worker_li: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    spray(client)
    monkeypatch.setattr("wangge.kernel.access.web.login.authenticate", lambda *_, **__: pytest.fail("asked"))
    assert client.post("/login/", {"username": worker_li.username, "password": PASSWORD}).status_code == 429
