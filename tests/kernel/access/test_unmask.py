"""Showing a personal value in clear."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.kernel.access.conftest import MakeUser

from wangge.kernel.access import unmask as unmasking
from wangge.kernel.access.errors import AccessError
from wangge.kernel.access.models import UnmaskCount, User
from wangge.kernel.access.unmask import register_unmask, unmask
from wangge.kernel.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def policy() -> Iterator[None]:
    """For this test the security administrator may read a user's name in clear."""
    before = dict(unmasking._policies)
    register_unmask("access.User", may=lambda user, obj, field: user.username == "安全员老周")
    yield
    unmasking._policies.clear()
    unmasking._policies.update(before)


def test_a_value_is_shown_with_a_reason_and_the_reading_recorded(security_admin: User, worker_li: User) -> None:
    assert unmask(security_admin, worker_li, "display_name", "核对到岗情况") == "网格员小李"
    entry = AuditEntry.objects.get(action="access.user.read")
    assert (entry.actor_id, entry.object_id, entry.reason, entry.changes) == (
        security_admin.pk,
        str(worker_li.pk),
        "核对到岗情况",
        {"fields": "display_name"},
    )


@pytest.mark.parametrize("reason", ["", "核对", "    ", "  核对  "])
def test_without_a_reason_nothing_is_shown(security_admin: User, worker_li: User, reason: str) -> None:
    with pytest.raises(AccessError, match="理由"):
        unmask(security_admin, worker_li, "display_name", reason)
    assert (AuditEntry.objects.count(), UnmaskCount.objects.count()) == (0, 0)


def test_who_may_not_is_shown_nothing(worker_li: User, security_admin: User) -> None:
    with pytest.raises(AccessError, match="权限"):
        unmask(worker_li, security_admin, "display_name", "想看一看")
    assert AuditEntry.objects.count() == 0


def test_only_declared_fields_of_registered_models_are_shown(security_admin: User, worker_li: User) -> None:
    for obj, field in ((worker_li, "password"), (worker_li.grants.get(), "path")):
        with pytest.raises(AccessError, match="权限"):
            unmask(security_admin, obj, field, "核对到岗情况")
    assert AuditEntry.objects.count() == 0


def test_beyond_the_days_limit_nothing_is_shown_and_an_alarm_is_raised(
    security_admin: User, worker_li: User, settings: Any
) -> None:
    settings.UNMASK_LIMIT_PER_DAY = 2
    for _ in range(2):
        unmask(security_admin, worker_li, "display_name", "核对到岗情况")
    with pytest.raises(AccessError, match="已达2次"):
        unmask(security_admin, worker_li, "display_name", "核对到岗情况")
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["access.user.read", "access.user.read", "access.unmask.limit"]
    assert UnmaskCount.objects.get().count == 2


def test_the_limit_is_each_users_own_and_starts_anew_every_day(
    security_admin: User, worker_li: User, make: MakeUser, settings: Any
) -> None:
    settings.UNMASK_LIMIT_PER_DAY = 1
    unmask(security_admin, worker_li, "display_name", "核对到岗情况")
    UnmaskCount.objects.update(on="2024-01-01")
    assert unmask(security_admin, worker_li, "display_name", "核对到岗情况") == "网格员小李"
