"""Limit classes on the desk."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from wangge.duties.models import LimitClass
from wangge.kernel.access.models import Grant, User
from wangge.kernel.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


def person(client: Client, role: str, path: str = "150203") -> User:
    user = User.objects.create_user(role + path, None, display_name="清单员老李")
    Grant.objects.create(user=user, role=role, path=path, valid_from=date(2024, 1, 1))
    client.force_login(user)
    return user


def given(**changes: Any) -> dict[str, Any]:
    return {
        "code": "general",
        "name": "一般（7日）",
        "sign_value": 2,
        "sign_unit": "hour",
        "contact_value": 24,
        "contact_unit": "hour",
        "finish_value": 7,
        "finish_unit": "day",
        "extension_value": 7,
        "extension_unit": "day",
        "max_extensions": 1,
        "source": "rules 2.1.3",
    } | changes


@pytest.fixture
def general() -> LimitClass:
    return LimitClass.objects.create(**given())


@pytest.mark.parametrize(("role", "path"), [("street_dispatcher", "150203"), ("duties_manager", "150203001")])
def test_others_change_nothing(client: Client, general: LimitClass, role: str, path: str) -> None:
    person(client, role, path)
    assert client.get("/desk/duties/limits/general/").status_code == 403
    assert client.post("/desk/duties/limits/general/", given(finish_value=30)).status_code == 403
    assert client.post("/desk/duties/limits/add/", given(code="other")).status_code == 403
    assert list(LimitClass.objects.values_list("code", "finish_value")) == [("general", 7)]
    page = client.get("/desk/duties/limits/").content.decode()
    assert "/desk/duties/limits/general/" not in page
    assert "/desk/duties/limits/add/" not in page


def test_a_change_is_recorded(client: Client, general: LimitClass) -> None:
    by = person(client, "duties_manager")
    assert "/desk/duties/limits/general/" in client.get("/desk/duties/limits/").content.decode()
    client.post("/desk/duties/limits/general/", given(finish_value=5, finish_unit="working_day", code="ignored"))
    general.refresh_from_db()
    assert (str(general.finish), general.code) == ("5个工作日", "general")
    entry = AuditEntry.objects.get(action="duties.limit.save")
    assert entry.actor_id == by.pk
    assert entry.changes == {"finish_value": [7, 5], "finish_unit": ["day", "working_day"]}


def test_a_class_is_added_once(client: Client, general: LimitClass) -> None:
    person(client, "duties_manager")
    assert client.post("/desk/duties/limits/add/", given(code="quick", finish_value=1)).status_code == 302
    assert "已有这个编码" in client.post("/desk/duties/limits/add/", given(code="quick")).content.decode()
    assert list(LimitClass.objects.values_list("code", "finish_value")) == [("general", 7), ("quick", 1)]


@pytest.mark.parametrize(
    "changes", [{"finish_value": 0}, {"finish_value": 99999}, {"sign_unit": "fortnight"}, {"source": ""}]
)
def test_what_makes_no_sense_is_refused(client: Client, general: LimitClass, changes: dict[str, Any]) -> None:
    person(client, "duties_manager")
    assert client.post("/desk/duties/limits/general/", given(**changes)).status_code == 200
    assert LimitClass.objects.get().finish_value == 7


def test_only_one_class_is_for_urgent_matters(client: Client, general: LimitClass) -> None:
    person(client, "duties_manager")
    client.post("/desk/duties/limits/add/", given(code="urgent", for_urgent="on"))
    answer = client.post("/desk/duties/limits/general/", given(for_urgent="on"))
    assert answer.status_code == 200
    assert list(LimitClass.objects.filter(for_urgent=True).values_list("code", flat=True)) == ["urgent"]
