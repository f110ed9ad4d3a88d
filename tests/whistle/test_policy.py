"""The predicate and the row filter agree for everybody, and the database says the same."""

from __future__ import annotations

import pytest
from tests.whistle.conftest import Town

from wangge.kernel.access import database
from wangge.kernel.access.scopes import Scope, scope
from wangge.whistle import policy
from wangge.whistle.models import CheckIn, Whistle

EVERYBODY = [
    "街道老王", "副主任小高", "书记老刘", "外街小孙", "外街主任", "指挥中心小孙", "区长", "住建小周", "城管小冯",
    "供热小韩", "话务小赵", "社区小陈", "网格员小李", "审计小吴", "外人",
]  # fmt: skip


@pytest.mark.parametrize("who", EVERYBODY)
def test_the_filter_and_the_predicate_agree(town: Town, who: str) -> None:
    whistles = [town.draft(), town.blown(), town.closed()]
    user = town[who]
    seen = set(policy.rows(user).values_list("pk", flat=True))
    assert seen == {w.pk for w in whistles if policy.may_see(user, w)}


@pytest.mark.parametrize(
    ("who", "number"),
    [("街道老王", 2), ("住建小周", 1), ("供热小韩", 0), ("外街主任", 0), ("区长", 2), ("审计小吴", 0), ("外人", 0)],
)
def test_the_database_hides_the_same_rows(town: Town, who: str, number: int) -> None:
    town.draft()
    town.arrived(town.blown())
    seen = scope(town[who], policy.READ)
    try:
        database.see(Scope(seen.paths, seen.offices))
        assert Whistle.objects.count() == number
        assert CheckIn.objects.count() == min(number, 1)
    finally:
        database.see_everything()
