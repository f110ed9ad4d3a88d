"""People: the three administrators of a district, and those they look after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from wangge.kernel.access.models import Grant, User

PASSWORD = "Wangge-2024-zl"
DISTRICT = "150203"

MakeUser = Callable[..., User]


@pytest.fixture
def make(db: None) -> MakeUser:
    """A user with one role: ``make("网格员小李", "grid_worker", "150203001001001")``."""

    def build(name: str, role: str = "", path: str = "", office_id: int | None = None) -> User:
        user = User.objects.create_user(name, PASSWORD, display_name=name)
        if role:
            Grant.objects.create(user=user, role=role, path=path, office_id=office_id, valid_from=date(2024, 1, 1))
        return user

    return build


@pytest.fixture
def security_admin(make: MakeUser) -> User:
    return make("安全员老周", "security_admin", DISTRICT)


@pytest.fixture
def system_admin(make: MakeUser) -> User:
    return make("系统员小吴", "system_admin", DISTRICT)


@pytest.fixture
def audit_admin(make: MakeUser) -> User:
    return make("审计员老赵", "audit_admin", DISTRICT)


@pytest.fixture
def worker_li(make: MakeUser) -> User:
    return make("网格员小李", "grid_worker", "150203001001001")
