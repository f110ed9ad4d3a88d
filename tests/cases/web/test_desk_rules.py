"""The parameters of the loop on the desk: who sets them, periods without overlap, and that they take effect."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from tests.cases.conftest import COMMUNITY, DISTRICT, STREET, World

from wangge.cases.models import CaseRules
from wangge.cases.rules import rules_for
from wangge.cases.ruling import BOUNDS
from wangge.kernel.access.models import Grant, User
from wangge.kernel.audit.models import AuditEntry


@pytest.fixture(autouse=True)
def _no_rules_remembered() -> None:
    cache.clear()


def administrator(client: Client, path: str = DISTRICT) -> User:
    user = User.objects.create_user(f"admin{path}", None, display_name="系统员小吴")
    Grant.objects.create(user=user, role="system_admin", path=path, valid_from=date(2024, 1, 1))
    client.force_login(user)
    return user


def given(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(CaseRules(), name) for name in BOUNDS}
    return (
        values | {"path": "", "valid_from": timezone.localdate().isoformat(), "reason": "区政发〔2026〕3号"} | changes
    )


def add(client: Client, **changes: Any) -> Any:
    return client.post("/desk/cases/rules/add/", given(**changes))


@pytest.mark.parametrize("name", ["街道老王", "热线班长", "审计小吴"])
def test_others_set_nothing(world: World, client: Client, name: str) -> None:
    from tests.cases.web.signing import signed_in

    client = signed_in(world, name)
    assert client.get("/desk/cases/rules/").status_code == 403
    assert add(client).status_code == 403
    assert CaseRules.objects.count() == 0


def test_new_rules_take_effect_where_they_are_meant(
    world: World, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    by = administrator(client)
    assert rules_for(COMMUNITY).return_hours == 24
    with django_capture_on_commit_callbacks(execute=True):
        assert add(client, path="少先路街道", return_hours=12).url == "/desk/cases/rules/"
    assert (rules_for(COMMUNITY).return_hours, rules_for("150203002001").return_hours) == (12, 24)
    entry = AuditEntry.objects.get(action="cases.caserules.add")
    assert (entry.actor_id, entry.reason, entry.changes["return_hours"]) == (by.pk, "区政发〔2026〕3号", [None, 12])


def test_the_next_rules_end_those_before(world: World, client: Client) -> None:
    administrator(client)
    add(client, return_hours=12)
    tomorrow = timezone.localdate() + timedelta(days=1)
    add(client, return_hours=48, valid_from=tomorrow.isoformat())
    periods = CaseRules.objects.order_by("valid_from").values_list("return_hours", "valid_to")
    assert list(periods) == [(12, tomorrow), (48, None)]
    assert (rules_for(COMMUNITY).return_hours, rules_for(COMMUNITY, tomorrow).return_hours) == (12, 48)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"valid_from": "2020-01-01"}, "不能对过去"),
        ({"path": "150203777"}, "没有代码为150203777的区划"),
        ({"retention_days": "3"}, "30"),
        ({"reason": ""}, "依据"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    world: World, client: Client, changes: dict[str, str], said: str
) -> None:
    administrator(client)
    answer = add(client, **changes)
    assert (answer.status_code, said in answer.content.decode()) == (200, True)
    assert CaseRules.objects.count() == 0


def test_two_rules_of_one_place_never_begin_on_the_same_day(world: World, client: Client) -> None:
    administrator(client)
    add(client)
    assert "请先终止那一条" in add(client).content.decode()
    assert CaseRules.objects.count() == 1


def test_ended_rules_give_way_to_the_wider_place(
    world: World, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    administrator(client)
    rules = CaseRules.objects.create(path=STREET, valid_from=date(2020, 1, 1), return_hours=12)
    assert rules_for(COMMUNITY).return_hours == 12
    with django_capture_on_commit_callbacks(execute=True):
        client.post(
            f"/desk/cases/rules/{rules.pk}/end/", {"on": timezone.localdate().isoformat(), "reason": "试行期满"}
        )
    assert rules_for(COMMUNITY).return_hours == 24
    assert "已失效" in client.get("/desk/cases/rules/").content.decode()


def test_an_administrator_of_a_street_sets_only_its_own(world: World, client: Client) -> None:
    administrator(client, STREET)
    everywhere = CaseRules.objects.create(path="", valid_from=date(2020, 1, 1))
    assert add(client).status_code == 403
    assert add(client, path="150203002").status_code == 403
    answer = client.post(
        f"/desk/cases/rules/{everywhere.pk}/end/", {"on": timezone.localdate().isoformat(), "reason": "试行期满"}
    )
    assert answer.status_code == 403
    assert add(client, path=STREET).status_code == 302
    assert list(CaseRules.objects.values_list("path", "valid_to").order_by("path")) == [("", None), (STREET, None)]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_whatever_it_shows(
    world: World, client: Client, rows: int, django_assert_num_queries: Any
) -> None:
    administrator(client)
    for n in range(rows):
        CaseRules.objects.create(path=["150203001", "150203002", "150203001001"][n], valid_from=date(2020, 1, 1))
    client.get("/desk/cases/rules/")
    with django_assert_num_queries(5):
        client.get("/desk/cases/rules/")
