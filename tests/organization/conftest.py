"""A small district: Kundulun with two streets, a town and two communities."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.utils import timezone

from wangge.kernel.access.models import Grant, User
from wangge.organization import book, kinds
from wangge.organization.models import OfficeKind
from wangge.territory import revision
from wangge.territory.models import Division

DISTRICT, STREET, OTHER_STREET, TOWN = "150203", "150203001", "150203003", "150203100"
COMMUNITY, VILLAGE = "150203001001", "150203100201"
NAMES = {
    "15": "内蒙古自治区",
    "1502": "包头市",
    DISTRICT: "昆都仑区",
    STREET: "少先路街道",
    OTHER_STREET: "沼潭街道",
    TOWN: "昆河镇",
    COMMUNITY: "少先十二号街坊社区居委会",
    VILLAGE: "新光一村委会",
}
LONG_AGO = date(2020, 1, 1)


@pytest.fixture(autouse=True)
def _cold() -> None:
    book.forget()
    revision.forget()


@pytest.fixture
def today() -> date:
    return timezone.localdate()


@pytest.fixture
def yesterday(today) -> date:
    return today - timedelta(days=1)


@pytest.fixture
def district(db) -> str:
    if not OfficeKind.objects.exists():
        kinds.load()
    for level, length in enumerate((2, 4, 6, 9, 12), start=1):
        for code, name in NAMES.items():
            if len(code) == length:
                parent = code[: {2: 0, 4: 2, 6: 4, 9: 6, 12: 9}[length]]
                Division.objects.create(code=code, name=name, level=level, parent_code=parent, valid_from=LONG_AGO)
    return DISTRICT


@pytest.fixture
def person(db) -> Callable[..., User]:
    """``person("街道老王", "street_leader", "150203001")``: an account with one role."""

    def make(name: str, role: str = "", path: str = "", office_id: int | None = None) -> User:
        user = User.objects.create(username=name, display_name=name)
        if role:
            Grant.objects.create(user=user, role=role, path=path, office_id=office_id, valid_from=LONG_AGO)
        return user

    return make


@pytest.fixture
def manager(person) -> User:
    return person("机构管理员老赵", "organization_manager", DISTRICT)


@pytest.fixture
def street_manager(person) -> User:
    return person("街道管理员小孙", "organization_manager", STREET)


@pytest.fixture
def outsider(person) -> User:
    return person("外人")
