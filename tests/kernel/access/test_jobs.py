"""What is over is cleared away."""

from __future__ import annotations

from datetime import timedelta

from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from tests.kernel.access.conftest import PASSWORD

from wangge.kernel.access import actions
from wangge.kernel.access.jobs import forget_ended_accounts, forget_old_sessions
from wangge.kernel.access.models import SignIn, User


def sign_in(user: User) -> Client:
    client = Client()
    client.post("/login/", {"username": user.username, "password": PASSWORD})
    assert client.session.session_key
    return client


def test_a_session_left_to_expire_goes_and_its_sign_in_ends(worker_li: User) -> None:
    sign_in(worker_li)
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
    sign_in(worker_li)
    assert forget_old_sessions(timezone.now()) == 1
    assert Session.objects.count() == 1
    ended = SignIn.objects.order_by("pk").values_list("ended_by", flat=True)
    assert list(ended) == ["会话到期", ""]


def test_old_failures_go_and_fresh_ones_stay(db: None) -> None:
    for name in ("旧", "新"):
        AccessAttempt.objects.create(username=name, ip_address="10.0.0.1", failures_since_start=1)
    AccessAttempt.objects.filter(username="旧").update(attempt_time=timezone.now() - timedelta(days=31))
    assert forget_old_sessions(timezone.now()) == 1
    assert list(AccessAttempt.objects.values_list("username", flat=True)) == ["新"]


def test_the_login_name_of_an_account_ended_long_ago_goes_and_the_name_in_history_stays(
    worker_li: User, security_admin: User
) -> None:
    actions.end_user(user=worker_li, by=None, reason="离职交接完毕")
    assert forget_ended_accounts(timezone.now() + timedelta(days=1095)) == 0
    later = timezone.now() + timedelta(days=1097)
    assert [forget_ended_accounts(later), forget_ended_accounts(later)] == [1, 0]
    worker_li.refresh_from_db()
    security_admin.refresh_from_db()
    assert (worker_li.username, worker_li.display_name) == (f"已停用#{worker_li.pk}", "网格员小李")
    assert security_admin.username == "安全员老周"
