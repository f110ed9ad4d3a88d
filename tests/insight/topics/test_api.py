"""REST: hot topics for other systems."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from tests.api.calling import Calling
from tests.cases.conftest import COMMUNITY, DISTRICT, OTHER_STREET, STREET, World
from tests.insight.topics.conftest import ELSEWHERE, case, file
from tests.insight.topics.test_queries import rise, topic

from wangge.insight.topics.models import Topic, TopicMember

NOW = timezone.now()
TODAY = timezone.localdate(NOW)


def ask(path: str, url: str, *scopes: str) -> tuple[int, Any]:
    return Calling(path, *(scopes or ("topics:read",))).get(url)


def names(answer: tuple[int, Any]) -> list[str]:
    assert answer[0] == 200, answer
    assert answer[1]["total"] == len(answer[1]["items"])
    return [one["name"] for one in answer[1]["items"]]


@pytest.fixture
def hot(world: World) -> World:
    """A topic of the district with a part in a street and three cases there, one elsewhere; others none of today."""
    wide = topic("全区", DISTRICT, heat=9, size=4, kind=world.kinds["rubbish"], anchors=["东门"])
    part = topic("街道的", STREET, heat=5, within=wide)
    topic("外街的", OTHER_STREET, heat=3)
    topic("不作", STREET, heat=8, state="aside")
    topic("平息", STREET, heat=2, state="quiet")
    topic("并入", STREET, heat=7, state="merged", merged_into=wide)
    for number, path in enumerate([COMMUNITY] * 3 + [ELSEWHERE]):
        (one,) = file([case(title="甲", text="王桂花13812345678", path=path, at=NOW)])
        for held in (wide, part)[: 1 if number == 3 else 2]:
            TopicMember.objects.create(topic=held, case=one, path=path, on=TODAY)
    rise(wide, DISTRICT)
    return world


def test_a_system_is_given_the_widest_topics_of_its_place(hot: World) -> None:
    assert names(ask(DISTRICT, "/topics")) == ["全区", "外街的"]
    assert names(ask(STREET, "/topics")) == ["街道的"]
    assert names(ask(COMMUNITY, "/topics")) == []
    assert names(ask(DISTRICT, f"/topics?path={STREET}")) == ["街道的"]
    assert names(ask(STREET, f"/topics?path={OTHER_STREET}")) == []
    assert names(ask(DISTRICT, "/topics?parts=true")) == ["全区", "街道的", "外街的"]
    assert names(ask(STREET, "/topics?quiet=true")) == ["街道的", "平息"]
    assert names(ask(DISTRICT, "/topics?trend=rising")) == []


def test_topics_are_paged_hottest_first(hot: World) -> None:
    Topic.objects.filter(state="active").update(heat=1.25, within=None)
    caller, found, cursor = Calling(DISTRICT, "topics:read"), [], ""
    while cursor is not None:
        page = caller.get(f"/topics?limit=2&cursor={cursor}")[1]
        assert page["total"] == 3
        found += [one["name"] for one in page["items"]]
        cursor = page["next"]
    assert found == ["外街的", "街道的", "全区"]


def test_a_topic_tells_what_it_is(hot: World) -> None:
    wide = Topic.objects.get(name="全区")
    status, told = ask(DISTRICT, f"/topics/{wide.pk}")
    assert (status, told["size"], told["cases"], told["kind"]) == (200, 4, 4, "0101")
    assert (told["anchors"], told["days"]) == (["东门"], [{"on": TODAY.isoformat(), "cases": 4}])
    assert [part["name"] for part in told["parts"]] == ["街道的"]
    assert [one["observed"] for one in told["rises"]] == [9]


def test_its_cases_are_those_the_system_may_read(hot: World) -> None:
    wide, part = Topic.objects.get(name="全区"), Topic.objects.get(name="街道的")
    whole = ask(DISTRICT, f"/topics/{wide.pk}/cases")[1]
    assert (whole["total"], len({one["number"] for one in whole["items"]})) == (4, 4)
    TopicMember.objects.create(topic=part, case=TopicMember.objects.get(path=ELSEWHERE).case, path=ELSEWHERE, on=TODAY)
    own = ask(STREET, f"/topics/{part.pk}/cases?limit=2")[1]
    assert (own["total"], {one["path"] for one in own["items"]}) == (3, {COMMUNITY})
    assert ask(STREET, f"/topics/{part.pk}")[1]["cases"] == 3
    assert "王桂花" not in str(whole)


@pytest.mark.parametrize("name", ["全区", "外街的", "并入"])
def test_a_topic_beyond_the_systems_place_does_not_exist(hot: World, name: str) -> None:
    pk = Topic.objects.get(name=name).pk
    for url in (f"/topics/{pk}", f"/topics/{pk}/cases"):
        status, problem = ask(STREET, url)
        assert (status, problem["code"]) == (404, "topic_not_found")


def test_another_scope_reads_no_topic(hot: World) -> None:
    pk = Topic.objects.get(name="全区").pk
    caller = Calling(DISTRICT, "cases:read", "briefs:read")
    for url in ("/topics", f"/topics/{pk}", f"/topics/{pk}/cases"):
        status, problem = caller.get(url)
        assert (status, problem["code"]) == (403, "scope_missing")


@pytest.mark.parametrize(
    "url", ["/topics?cursor=x", "/topics?path=街", "/topics?trend=x", "/topics?limit=101", "/topics/0"]
)
def test_what_cannot_be_asked_is_told(hot: World, url: str) -> None:
    status, problem = ask(DISTRICT, url)
    assert (status, bool(problem["detail"])) == (422, True)
