"""Login over HTTP: password, lock, second factor, sessions, forced steps, safe redirects."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from tests.kernel.access.conftest import PASSWORD, MakeUser

from wangge.kernel.access import factors, totp
from wangge.kernel.access.models import SignIn, User
from wangge.kernel.access.sessions import SEEN
from wangge.kernel.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


def sign_in(client: Client, user: User, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/login/", {"username": user.username, "password": password, **more})


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def actions_of(user: User) -> list[str]:
    return list(AuditEntry.objects.filter(object_id=str(user.pk)).order_by("pk").values_list("action", flat=True))


def give_totp(user: User) -> tuple[str, list[str]]:
    secret = totp.new_secret()
    codes = factors.enable_totp(user=user, secret=secret, code=pyotp.TOTP(secret).at(time.time() - 30))
    return secret, codes


def test_the_right_password_signs_in_and_is_recorded(client: Client, worker_li: User) -> None:
    response = sign_in(client, worker_li)
    assert (response.status_code, response.url, signed_in(client)) == (302, "/field/", True)
    assert actions_of(worker_li) == ["access.user.login"]
    entry = AuditEntry.objects.get(action="access.user.login")
    assert (entry.actor_id, entry.address, entry.changes) == (worker_li.pk, "127.0.0.1", {"how": "密码"})


def test_a_wrong_password_does_not_sign_in_and_is_recorded(client: Client, worker_li: User) -> None:
    response = sign_in(client, worker_li, "Wrong-2024-zl")
    assert (response.status_code, signed_in(client)) == (200, False)
    assert "账号或密码不正确" in response.content.decode()
    assert actions_of(worker_li) == ["access.user.login_failed"]


def test_an_unknown_account_is_told_the_same_and_not_written_down(client: Client, worker_li: User) -> None:
    wrong = sign_in(client, worker_li, "Wrong-2024-zl").content.decode()
    unknown = client.post("/login/", {"username": "my-password-by-mistake", "password": "x"})
    assert ("账号或密码不正确" in wrong, "账号或密码不正确" in unknown.content.decode()) == (True, True)
    assert AuditEntry.objects.get(object_id="").changes["username"] == "m**"


def test_an_ended_account_does_not_sign_in(client: Client, worker_li: User) -> None:
    worker_li.is_active = False
    worker_li.save()
    assert (sign_in(client, worker_li).status_code, signed_in(client)) == (200, False)


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/admin/audit/?who=x", "/admin/audit/?who=x"),
        ("https://evil.example/", "/field/"),
        ("//evil.example/", "/field/"),
        ("/\\evil.example", "/field/"),
        ("javascript:alert(1)", "/field/"),
        ("", "/field/"),
    ],
)
def test_only_pages_of_ours_are_led_to_after_login(client: Client, worker_li: User, wanted: str, led_to: str) -> None:
    assert sign_in(client, worker_li, next=wanted).url == led_to


def test_five_failures_lock_even_the_right_password_and_say_until_when(client: Client, worker_li: User) -> None:
    for _ in range(5):
        response = sign_in(client, worker_li, "Wrong-2024-zl")
    assert response.status_code == 429
    response = sign_in(client, worker_li)
    assert (response.status_code, signed_in(client)) == (429, False)
    assert 3500 <= int(response["Retry-After"]) <= 3600
    until = timezone.localtime(timezone.now() + timedelta(hours=1))
    assert f"{until.year}年{until.month}月{until.day}日 {until:%H:}" in response.content.decode()
    assert actions_of(worker_li).count("access.user.locked") == 2


def test_failures_during_the_lock_do_not_prolong_it(client: Client, worker_li: User) -> None:
    from wangge.kernel.access.lockout import locked_until

    for _ in range(5):
        sign_in(client, worker_li, "Wrong-2024-zl")
    before = locked_until(worker_li.username)
    sign_in(client, worker_li, "Wrong-2024-zl")
    assert locked_until(worker_li.username) == before


def test_a_lock_is_of_this_client_and_this_account_alone(client: Client, worker_li: User, make: MakeUser) -> None:
    for _ in range(5):
        sign_in(client, worker_li, "Wrong-2024-zl")
    assert sign_in(client, make("同事老郑")).status_code == 302
    other = Client(REMOTE_ADDR="10.9.8.7")
    assert sign_in(other, worker_li).status_code == 302


def test_the_security_administrator_unlocks(client: Client, worker_li: User, security_admin: User) -> None:
    for _ in range(5):
        sign_in(client, worker_li, "Wrong-2024-zl")
    admin = Client()
    admin.force_login(security_admin)
    admin.post(f"/admin/accounts/{worker_li.pk}/unlock/", {"reason": "本人电话核实"})
    assert sign_in(client, worker_li).status_code == 302


def test_the_oldest_session_beyond_the_limit_ends(worker_li: User, settings: Any) -> None:
    settings.MAX_SESSIONS_PER_USER = 3
    clients = [Client() for _ in range(4)]
    for one in clients:
        sign_in(one, worker_li)
    answers = [one.get("/account/password/").status_code for one in clients]
    assert answers == [302, 200, 200, 200]
    assert SignIn.objects.get(ended_at__isnull=False).ended_by == "超出同时登录数"


def test_an_idle_session_ends(client: Client, worker_li: User, settings: Any) -> None:
    settings.IDLE_TIMEOUT_MINUTES = 30
    sign_in(client, worker_li)
    session = client.session
    session[SEEN] = int(timezone.now().timestamp()) - 31 * 60
    session.save()
    response = client.get("/account/password/")
    assert (response.status_code, response.url) == (302, "/login/?next=/account/password/")
    assert (signed_in(client), SignIn.objects.get().ended_by) == (False, "长时间未操作")


def test_being_busy_keeps_the_session(client: Client, worker_li: User) -> None:
    sign_in(client, worker_li)
    session = client.session
    session[SEEN] = int(timezone.now().timestamp()) - 20 * 60
    session.save()
    assert client.get("/account/password/").status_code == 200
    assert client.session[SEEN] >= int(timezone.now().timestamp()) - 5


def test_logout_ends_the_session_and_is_recorded(client: Client, worker_li: User) -> None:
    sign_in(client, worker_li)
    assert client.get("/logout/").status_code == 405
    assert signed_in(client) is True
    client.post("/logout/")
    assert (signed_in(client), actions_of(worker_li)[-1]) == (False, "access.user.logout")
    assert SignIn.objects.get().ended_by == "退出登录"


def test_an_htmx_part_leads_the_whole_page_to_the_login(client: Client, db: None) -> None:
    response = client.get(
        "/account/password/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/x/"}
    )
    assert response.status_code == 204
    assert response["HX-Redirect"] == "/login/?next=http%3A//testserver/x/"


def test_a_given_password_must_be_changed_before_anything_else(client: Client, security_admin: User) -> None:
    security_admin.must_change_password = True
    security_admin.save()
    sign_in(client, security_admin)
    assert client.get("/admin/accounts/").url == "/account/password/"
    new = {"old": PASSWORD, "new": "Meiyu-hua-2025", "again": "Meiyu-hua-2025"}
    assert client.post("/account/password/", new).status_code == 302
    assert (client.get("/admin/accounts/").status_code, signed_in(client)) == (200, True)


def test_an_expired_password_must_be_changed(client: Client, security_admin: User, settings: Any) -> None:
    settings.PASSWORD_EXPIRES_AFTER_DAYS = 180
    sign_in(client, security_admin)
    User.objects.update(password_changed_at=timezone.now() - timedelta(days=179))
    assert client.get("/admin/accounts/").status_code == 200
    User.objects.update(password_changed_at=timezone.now() - timedelta(days=180))
    assert client.get("/admin/accounts/").url == "/account/password/"


def test_changing_the_password_ends_the_other_sessions_and_keeps_this_one(worker_li: User) -> None:
    here, there = Client(), Client()
    sign_in(here, worker_li)
    sign_in(there, worker_li)
    here.post("/account/password/", {"old": PASSWORD, "new": "Meiyu-hua-2025", "again": "Meiyu-hua-2025"})
    assert here.get("/account/password/").status_code == 200
    assert there.get("/account/password/").status_code == 302
    assert SignIn.objects.filter(ended_at__isnull=True).get().session_key == here.session.session_key


@pytest.mark.parametrize(
    "form",
    [
        {"old": "not-it", "new": "Meiyu-hua-2025", "again": "Meiyu-hua-2025"},
        {"old": PASSWORD, "new": "Meiyu-hua-2025", "again": "Meiyu-hua-2026"},
        {"old": PASSWORD, "new": PASSWORD, "again": PASSWORD},
        {"old": PASSWORD, "new": "short", "again": "short"},
    ],
)
def test_a_new_password_that_does_not_pass_changes_nothing(
    client: Client, worker_li: User, form: dict[str, str]
) -> None:
    sign_in(client, worker_li)
    assert client.post("/account/password/", form).status_code == 200
    worker_li.refresh_from_db()
    assert worker_li.check_password(PASSWORD) is True


def test_the_second_factor_is_asked_after_the_password(client: Client, worker_li: User) -> None:
    secret, _ = give_totp(worker_li)
    assert sign_in(client, worker_li, next="/field/x").url == "/login/code/"
    assert signed_in(client) is False
    response = client.post("/login/code/", {"code": pyotp.TOTP(secret).now()})
    assert (response.url, signed_in(client)) == ("/field/x", True)


def test_a_code_is_accepted_once(client: Client, worker_li: User) -> None:
    secret, _ = give_totp(worker_li)
    code = pyotp.TOTP(secret).now()
    sign_in(client, worker_li)
    client.post("/login/code/", {"code": code})
    again = Client()
    sign_in(again, worker_li)
    assert (again.post("/login/code/", {"code": code}).status_code, signed_in(again)) == (200, False)


def test_a_recovery_code_is_accepted_once(worker_li: User) -> None:
    _, codes = give_totp(worker_li)
    assert (len(codes), len(set(codes))) == (10, 10)
    found = []
    for _ in range(2):
        one = Client()
        sign_in(one, worker_li)
        one.post("/login/code/", {"code": codes[0].lower()})
        found.append(signed_in(one))
    assert found == [True, False]


def test_wrong_codes_lock_like_wrong_passwords(client: Client, worker_li: User) -> None:
    secret, _ = give_totp(worker_li)
    sign_in(client, worker_li)
    for _ in range(5):
        response = client.post("/login/code/", {"code": "000000"})
    assert response.status_code == 429
    assert client.post("/login/code/", {"code": pyotp.TOTP(secret).now()}).status_code == 429
    assert signed_in(client) is False


def test_the_second_step_does_not_wait_for_ever(client: Client, worker_li: User) -> None:
    secret, _ = give_totp(worker_li)
    sign_in(client, worker_li)
    session = client.session
    session["wangge_pending_login"] = session["wangge_pending_login"] | {"at": time.time() - 301}
    session.save()
    assert client.post("/login/code/", {"code": pyotp.TOTP(secret).now()}).url == "/login/"
    assert signed_in(client) is False


def test_a_role_that_unmasks_must_set_up_the_second_factor_first(client: Client, make: MakeUser, settings: Any) -> None:
    settings.REQUIRE_TOTP = True
    operator = make("接线员小陈", "hotline_dispatcher", "150203")
    sign_in(client, operator)
    assert client.get("/desk/").url == "/account/totp/"
    page = client.get("/account/totp/")
    secret = client.session["wangge_totp_secret"]
    assert "二维码" in page.content.decode()
    picture = client.get("/account/totp/picture.svg")
    assert (picture["Content-Type"], picture.content[:5]) == ("image/svg+xml", b"<?xml")
    done = client.post("/account/totp/", {"code": pyotp.TOTP(secret).now()})
    assert done.content.decode().count("<li><code>") == 10
    assert client.get("/account/totp/picture.svg").status_code == 404
    assert client.get("/desk/cases/").status_code == 200


def test_other_roles_and_other_installations_need_no_second_factor(
    client: Client, security_admin: User, make: MakeUser, settings: Any
) -> None:
    settings.REQUIRE_TOTP = True
    sign_in(client, make("区领导老马", "district_leader", "150203"))
    assert client.get("/desk/cases/").status_code == 200
    settings.REQUIRE_TOTP = False
    other = Client()
    sign_in(other, security_admin)
    assert other.get("/admin/accounts/").status_code == 200


def test_each_of_the_three_administrators_needs_a_second_factor(
    system_admin: User, security_admin: User, audit_admin: User, settings: Any
) -> None:
    settings.REQUIRE_TOTP = True
    for user, page in (
        (system_admin, "/admin/jobs/"),
        (security_admin, "/admin/accounts/"),
        (audit_admin, "/admin/audit/"),
    ):
        client = Client()
        sign_in(client, user)
        assert client.get(page).url == "/account/totp/"


def test_the_second_factor_is_switched_off_only_with_a_code_and_where_no_role_needs_it(
    client: Client, make: MakeUser, settings: Any
) -> None:
    operator = make("接线员小陈", "hotline_dispatcher", "150203")
    secret, _ = give_totp(operator)
    client.force_login(operator)
    client.post("/account/totp/disable/", {"code": "000000"})
    settings.REQUIRE_TOTP = True
    client.post("/account/totp/disable/", {"code": pyotp.TOTP(secret).now()})
    operator.refresh_from_db()
    assert totp.is_enabled(operator) is True
    settings.REQUIRE_TOTP = False
    client.post("/account/totp/disable/", {"code": pyotp.TOTP(secret).now()})
    operator.refresh_from_db()
    assert totp.is_enabled(operator) is False


def test_ending_an_account_ends_its_sessions(client: Client, worker_li: User, system_admin: User) -> None:
    sign_in(client, worker_li)
    admin = Client()
    admin.force_login(system_admin)
    admin.post(f"/admin/accounts/{worker_li.pk}/end/", {"reason": "离职离岗"})
    assert client.get("/account/password/").status_code == 302
    assert Session.objects.filter(session_key=client.session.session_key).exists() is False


def test_login_pages_are_not_kept_in_caches(client: Client, db: None) -> None:
    assert "no-store" in client.get("/login/")["Cache-Control"]
