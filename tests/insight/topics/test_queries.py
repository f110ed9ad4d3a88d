"""Which topic stands for a matter: the widest one inside the reader's own place."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from tests.cases.conftest import COMMUNITY, DISTRICT, OTHER_STREET, STREET, World

from wangge.insight.topics import policy, queries
from wangge.insight.topics.models import Rise, Topic
from wangge.kernel.access import database
from wangge.kernel.access.scopes import scope

NOW = timezone.now()
TODAY = timezone.localdate(NOW)


def topic(name: str, path: str, **given: Any) -> Topic:
    values: dict[str, Any] = {"first_on": TODAY, "last_on": TODAY, "created_at": NOW, "updated_at": NOW}
    return Topic.objects.create(name=name, path=path, **(values | given))


def rise(of: Topic | None, path: str, **given: Any) -> Rise:
    name = of.name if of is not None else "类别"
    return Rise.objects.create(
        topic=of, name=name, path=path, on=TODAY, level="warning", observed=9, expected=1, chance=1e-6, created_at=NOW,
        **given,
    )  # fmt: skip


@pytest.fixture
def nested(leaders: World) -> World:
    """The district's topic with a part in each street; the street's with a part in its community."""
    wide = topic("全区", DISTRICT, heat=9)
    topic("街道的", STREET, heat=5, within=wide)
    topic("外街的", OTHER_STREET, heat=4, within=wide)
    topic("社区的", COMMUNITY, heat=3, within=topic("街道自己的", STREET, heat=6))
    return leaders


@pytest.mark.parametrize(
    ("path", "names"),
    [
        (DISTRICT, ["全区", "街道自己的"]),
        (STREET, ["街道自己的", "街道的"]),
        (OTHER_STREET, ["外街的"]),
        (COMMUNITY, ["社区的"]),
    ],
)
def test_the_hottest_of_a_place_are_its_widest(nested: World, path: str, names: list[str]) -> None:
    assert [one.name for one in queries.hottest(path)] == names
    wide = {one.pk: (one.within.path, one.within.state) if one.within else (None, None) for one in Topic.objects.all()}
    below = Topic.objects.filter(path__startswith=path)
    assert {one.name for one in below if queries.is_widest(path, *wide[one.pk])} == set(names)


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ("区领导", {"全区", "街道自己的"}),
        ("街道书记", {"街道自己的", "街道的"}),
        ("外街书记", {"外街的"}),
        ("外人", set()),
    ],
)
def test_a_reader_is_shown_the_widest_of_the_own_place(nested: World, who: str, names: set[str]) -> None:
    user = nested[who]
    assert {one.name for one in policy.rows(user).filter(policy.whole(user))} == names


def test_a_street_keeps_its_topic_where_the_database_hides_the_wider_one(nested: World) -> None:
    user = nested["街道书记"]
    shown = scope(user, "insight.read")
    database.see(shown)
    try:
        assert {one.name for one in policy.rows(user).filter(policy.whole(user))} == {"街道自己的", "街道的"}
        assert [one.name for one in queries.hottest(STREET)] == ["街道自己的", "街道的"]
    finally:
        database.see_everything()


def test_a_topic_set_aside_hides_no_part(nested: World) -> None:
    Topic.objects.filter(name="全区").update(state="aside")
    assert [one.name for one in queries.hottest(DISTRICT)] == ["街道自己的", "街道的", "外街的"]
    user = nested["区领导"]
    assert Topic.objects.get(name="街道的") in policy.rows(user).filter(policy.whole(user))


def test_only_so_many_are_the_hottest(nested: World) -> None:
    assert [one.name for one in queries.hottest(DISTRICT, limit=1)] == ["全区"]


def test_the_rise_of_a_part_is_told_to_who_does_not_see_the_whole(nested: World) -> None:
    for name, path in (("全区", DISTRICT), ("街道的", STREET), ("社区的", COMMUNITY)):
        rise(Topic.objects.get(name=name), path)
    rise(None, STREET, kind_code="0101")
    told = {who: {one.name for one in policy.rises(nested[who])} for who in ("区领导", "街道书记", "外街书记")}
    assert told == {"区领导": {"全区", "类别"}, "街道书记": {"街道的", "类别"}, "外街书记": set()}
    assert {one.name for one in queries.rising(DISTRICT, TODAY)} == {"全区", "类别"}
    assert {one.name for one in queries.rising(STREET, TODAY)} == {"街道的", "类别"}
    assert {one.name for one in queries.rising(COMMUNITY, TODAY)} == {"社区的"}


def test_days_and_places_of_a_topic_without_a_case_are_none(nested: World) -> None:
    one = Topic.objects.get(name="全区")
    assert (queries.days_of(one), queries.places_of(one), queries.latest(STREET)) == ([], [], None)
