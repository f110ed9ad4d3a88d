"""The pages: who sees which topic, bounded queries, charts, maps, changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.cases.conftest import COMMUNITY, DISTRICT, STREET, World
from tests.cases.web.signing import signed_in
from tests.insight.topics.conftest import case, file, fill, topic_of

from wangge.insight.topics import following, outlooks, warning
from wangge.insight.topics.models import Rise, Topic, TopicMember
from wangge.insight.topics.web.panels import unread_rises

NOW = timezone.now()
TODAY = timezone.localdate(NOW)


@pytest.fixture
def ready(leaders: World) -> World:
    fill(leaders, now=NOW)
    for step in (following.assign, following.search, following.measure):
        step(path=DISTRICT, now=NOW)
    return leaders


def make(number: int, path: str = STREET) -> list[Topic]:
    """Topics with a part, a member and a rise each."""
    found = []
    for at in range(number):
        given: dict[str, Any] = {
            "first_on": TODAY,
            "last_on": TODAY,
            "created_at": NOW,
            "updated_at": NOW,
            "path": path,
        }
        topic = Topic.objects.create(name=f"热点{at}", size=3, heat=at + 1, anchors=[f"锚{at}{path}"], **given)
        Topic.objects.create(name=f"下级{at}", within=topic, **given)
        (one,) = file([case(title="甲", text="甲", path=COMMUNITY, at=NOW)])
        TopicMember.objects.create(topic=topic, case=one, path=one.path, on=TODAY)
        Rise.objects.create(
            topic=topic,
            name=topic.name,
            path=path,
            on=TODAY,
            level="warning",
            observed=9,
            expected=1,
            chance=1e-6,
            created_at=NOW,
        )
        found.append(topic)
    return found


def names(response: Any) -> set[str]:
    return {row["pk"] for row in response.context["rows"]}


@pytest.mark.parametrize("page", ["topic_list", "rise_list"])
def test_a_list_costs_the_same_for_one_row_and_for_three(leaders: World, page: str) -> None:
    client = signed_in(leaders, "街道书记")
    costs = []
    for more in (1, 2):
        make(more)
        client.get(reverse(page))
        with CaptureQueriesContext(connection) as queries:
            response = client.get(reverse(page))
        assert response.status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert costs[0] <= 16


def test_a_leader_sees_the_topics_of_the_own_place(leaders: World) -> None:
    mine = {topic.pk for topic in make(2)}
    theirs = {topic.pk for topic in make(1, "150203002")}
    assert names(signed_in(leaders, "街道书记").get(reverse("topic_list"))) == mine
    assert names(signed_in(leaders, "外街书记").get(reverse("topic_list"))) == theirs
    assert names(signed_in(leaders, "区领导").get(reverse("topic_list"))) == mine | theirs


@pytest.mark.parametrize("who", ["社区小陈", "网格员小李", "住建小周", "审计小吴", "外人"])
@pytest.mark.parametrize("page", ["topic_list", "rise_list", "topic_forecast"])
def test_who_does_not_read_insight_is_refused(leaders: World, who: str, page: str) -> None:
    make(1)
    assert signed_in(leaders, who).get(reverse(page)).status_code == 403


def test_a_topic_of_elsewhere_does_not_exist(leaders: World) -> None:
    (topic,) = make(1, "150203002")
    client = signed_in(leaders, "街道书记")
    for name in ("topic_detail", "topic_cases", "topic_chart", "topic_map"):
        assert client.get(reverse(name, args=[topic.pk])).status_code == 404
    assert client.post(reverse("topic_change", args=[topic.pk, "rename"]), {"name": "改名"}).status_code == 404
    assert client.post(reverse("rise_seen", args=[Rise.objects.get().pk])).status_code == 404
    assert Rise.objects.get().seen_at is None


def test_parts_show_when_asked_for_or_searched(leaders: World) -> None:
    (topic,) = make(1)
    client = signed_in(leaders, "街道书记")
    part = Topic.objects.get(within=topic).pk
    assert names(client.get(reverse("topic_list"))) == {topic.pk}
    assert names(client.get(reverse("topic_list") + "?show=parts")) == {topic.pk, part}
    assert names(client.get(reverse("topic_list") + "?q=下级")) == {part}
    assert names(client.get(reverse("topic_list") + "?show=aside")) == set()


@pytest.mark.parametrize(
    "query", ["trend=x", "sort=x", "last_from=2026-99-99", "place=9", "kind=%27", "show=x", "q=" + "长" * 300]
)
def test_bad_filters_are_answered_in_words(leaders: World, query: str) -> None:
    make(1)
    assert signed_in(leaders, "街道书记").get(reverse("topic_list") + "?" + query).status_code == 200


def test_the_page_of_a_topic_leads_to_its_cases(ready: World) -> None:
    topic = topic_of("翠湖新居")
    client = signed_in(ready, "街道书记")
    page = client.get(reverse("topic_detail", args=[topic.pk]))
    assert page.status_code == 200
    assert page.context["visible"] == topic.size
    cases = client.get(reverse("topic_cases", args=[topic.pk]))
    assert cases.context["total"] == topic.size


@pytest.mark.parametrize("query", ["created_from=2000-01-01", "size=100&created_from=2000-01-01"])
def test_a_narrowed_list_of_a_topic_holds_and_counts_its_own_cases_only(ready: World, query: str) -> None:
    topic = topic_of("翠湖新居")
    shown = signed_in(ready, "街道书记").get(f"{reverse('topic_cases', args=[topic.pk])}?{query}").context
    assert shown["total"] == topic.size
    members = set(TopicMember.objects.filter(topic=topic).values_list("case_id", flat=True))
    assert {row["pk"] for row in shown["rows"]} <= members
    assert len(shown["rows"]) == min(topic.size, 100 if "size" in query else 20)


def test_the_page_costs_the_same_whatever_the_size(ready: World) -> None:
    topic = topic_of("翠湖新居")
    client = signed_in(ready, "街道书记")
    costs = []
    for more in (0, 20):
        for one in file(case(title="翠湖新居", text="翠湖新居", path=COMMUNITY, at=NOW) for _ in range(more)):
            TopicMember.objects.create(topic=topic, case=one, path=one.path, on=TODAY)
        client.get(reverse("topic_detail", args=[topic.pk]))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("topic_detail", args=[topic.pk]))
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert costs[0] <= 30


def test_the_chart_counts_every_member(ready: World) -> None:
    topic = topic_of("翠湖新居")
    option = signed_in(ready, "街道书记").get(reverse("topic_chart", args=[topic.pk])).json()
    assert sum(point["value"] for point in option["series"][0]["data"]) == topic.size


def test_a_long_topic_is_charted_by_week(ready: World) -> None:
    topic = topic_of("翠湖新居")
    one = TopicMember.objects.filter(topic=topic).first()
    assert one is not None
    TopicMember.objects.filter(pk=one.pk).update(on=TODAY - timedelta(days=400))
    option = signed_in(ready, "街道书记").get(reverse("topic_chart", args=[topic.pk])).json()
    assert option["series"][0]["name"] == "每周件数"
    assert sum(point["value"] for point in option["series"][0]["data"]) == topic.size
    assert len(option["series"][0]["data"]) < 62


def test_the_map_is_a_collection_of_features(ready: World) -> None:
    found = signed_in(ready, "街道书记").get(reverse("topic_map", args=[topic_of("翠湖新居").pk])).json()
    assert found["type"] == "FeatureCollection"


def test_changes_by_the_page(ready: World) -> None:
    topic, other = topic_of("翠湖新居"), topic_of("育才学院")
    client = signed_in(ready, "街道书记")
    client.post(reverse("topic_change", args=[topic.pk, "rename"]), {"name": "搅拌站扰民"})
    client.post(reverse("topic_change", args=[topic.pk, "merge"]), {"into": other.pk})
    topic.refresh_from_db()
    assert (topic.name, topic.state, topic.merged_into_id) == ("搅拌站扰民", "merged", other.pk)
    page = client.get(reverse("topic_detail", args=[topic.pk]))
    assert "已并入" in page.content.decode()


@pytest.mark.parametrize(
    ("verb", "data"), [("rename", {"name": ""}), ("merge", {"into": "x"}), ("aside", {}), ("what", {})]
)
def test_what_cannot_be_done_is_said_and_changes_nothing(ready: World, verb: str, data: dict[str, str]) -> None:
    topic = topic_of("翠湖新居")
    response = signed_in(ready, "街道书记").post(reverse("topic_change", args=[topic.pk, verb]), data)
    assert response.status_code == 302
    assert Topic.objects.get(pk=topic.pk).state == "active"


def test_readers_who_may_not_manage_see_no_buttons(ready: World) -> None:
    topic = topic_of("翠湖新居")
    page = signed_in(ready, "街道书记").get(reverse("topic_detail", args=[topic.pk]))
    assert page.context["may_manage"] is True


def test_rises_stand_above_the_list_until_they_are_read(leaders: World) -> None:
    make(1)
    client = signed_in(leaders, "街道书记")
    assert len(client.get(reverse("topic_list")).context["rises"]) == 1
    client.post(reverse("rise_seen", args=[Rise.objects.get().pk]))
    assert Rise.objects.get().seen_at is not None
    assert client.get(reverse("topic_list")).context["rises"] == []


def test_a_rise_of_a_kind_leads_to_its_cases(leaders: World) -> None:
    file(case(title="垃圾", text="垃圾", path=COMMUNITY, at=NOW, kind=leaders.kinds["rubbish"]) for _ in range(15))
    warning.warn(path=DISTRICT, on=TODAY, now=NOW)
    client = signed_in(leaders, "街道书记")
    row = client.get(reverse("rise_list"))
    assert row.context["total"] == 1
    from wangge.insight.topics.web.tables import rise_url

    cases = client.get(rise_url(Rise.objects.get(path=STREET)))
    assert cases.context["total"] == 15


def test_the_forecast_page_and_its_chart(leaders: World) -> None:
    client = signed_in(leaders, "区领导")
    assert "还不能预测" in client.get(reverse("topic_forecast")).content.decode()
    file(
        case(title="路灯", text="路灯", path=COMMUNITY, at=NOW - timedelta(days=at), kind=leaders.kinds["rubbish"])
        for at in range(140)
    )
    outlooks.forecast(path=DISTRICT, today=TODAY)
    page = client.get(reverse("topic_forecast"))
    assert [row["first"].kind_code for row in page.context["rows"]] == ["all", "01"]
    option = client.get(reverse("topic_forecast_chart") + f"?group=01&path={DISTRICT}").json()
    assert len(option["xAxis"]["data"]) == 19 + 8 or len(option["xAxis"]["data"]) == 20 + 8


def test_the_export_agrees_with_the_list(leaders: World) -> None:
    make(3)
    response = signed_in(leaders, "街道书记").get(reverse("topic_list") + "?export=xlsx")
    assert response.status_code in {200, 302}


def test_the_page_of_a_case_names_its_topics(ready: World) -> None:
    topic = topic_of("翠湖新居")
    one = topic.members.first()
    assert one is not None
    address = reverse("case_detail", args=[one.case_id])
    assert "所属热点" in signed_in(ready, "街道书记").get(address).content.decode()
    assert "所属热点" not in signed_in(ready, "街道老王").get(address).content.decode()


def test_a_wider_topic_is_not_named_to_a_street(leaders: World) -> None:
    (topic,) = make(1)
    given = {"first_on": TODAY, "last_on": TODAY, "created_at": NOW, "updated_at": NOW, "path": DISTRICT}
    wide = Topic.objects.create(name="全区的大热点", **given)
    for change in ({"within": wide}, {"within": None, "state": "merged", "merged_into": wide}):
        Topic.objects.filter(pk=topic.pk).update(**change)
        address = reverse("topic_detail", args=[topic.pk])
        assert "全区的大热点" not in signed_in(leaders, "街道书记").get(address).content.decode()
        assert "全区的大热点" in signed_in(leaders, "区领导").get(address).content.decode()


def bare(name: str, **given: Any) -> Topic:
    """A topic without a case."""
    values = {"path": STREET, "first_on": TODAY, "last_on": TODAY, "created_at": NOW, "updated_at": NOW}
    return Topic.objects.create(name=name, **(values | given))


@pytest.mark.parametrize("who", ["街道书记", "区领导"])
def test_a_topic_without_a_case_has_a_page_a_chart_and_a_map(leaders: World, who: str) -> None:
    topic = bare("空的热点")
    client = signed_in(leaders, who)
    page = client.get(reverse("topic_detail", args=[topic.pk]))
    assert (page.status_code, page.context["visible"]) == (200, 0)
    assert "没有您有权查看的事项" in page.content.decode()
    option = client.get(reverse("topic_chart", args=[topic.pk])).json()
    assert (option["xAxis"]["data"], option["series"][0]["data"][0]["value"]) == ([f"{TODAY}"], 0)
    assert client.get(reverse("topic_map", args=[topic.pk])).json()["features"] == []
    assert client.get(reverse("topic_cases", args=[topic.pk])).context["total"] == 0


def test_the_chart_leads_to_the_cases_of_each_day(ready: World) -> None:
    topic = topic_of("翠湖新居")
    client = signed_in(ready, "街道书记")
    option = client.get(reverse("topic_chart", args=[topic.pk])).json()
    points = option["series"][0]["data"]
    assert option["series"][0]["name"] == "每天件数"
    assert len(points) == len(option["xAxis"]["data"]) == (topic.last_on - topic.first_on).days + 1
    loudest = max(points, key=lambda point: point["value"])
    assert client.get(loudest["url"]).context["total"] == loudest["value"]


def test_a_streets_part_of_the_districts_topic_stands_in_the_streets_list(leaders: World) -> None:
    part = bare("街道的部分", within=bare("全区的", path=DISTRICT))
    assert names(signed_in(leaders, "街道书记").get(reverse("topic_list"))) == {part.pk}
    assert names(signed_in(leaders, "区领导").get(reverse("topic_list"))) == {part.within_id}


def test_the_rise_of_a_part_stands_once_in_a_list(leaders: World) -> None:
    (topic,) = make(1)
    Topic.objects.filter(pk=topic.pk).update(within=bare("全区的", path=DISTRICT))
    totals = {
        who: (
            signed_in(leaders, who).get(reverse("rise_list")).context["total"],
            len(signed_in(leaders, who).get(reverse("topic_list")).context["rises"]),
        )
        for who in ("街道书记", "区领导")
    }
    assert totals == {"街道书记": (1, 1), "区领导": (0, 0)}


def test_who_marks_rises_finds_them_in_my_work(leaders: World) -> None:
    make(2)
    for who in ("区领导", "街道书记"):
        [card] = [card for card in unread_rises(leaders[who], NOW) if card.total]
        assert (card.total, card.counts, [row.badge for row in card.rows]) == (2, False, ["预警", "预警"])
        page = signed_in(leaders, who).get(card.url)
        assert "共 2 条" in " ".join(page.content.decode().split())
    assert unread_rises(leaders["街道老王"], NOW) == []
    Rise.objects.filter(name="热点0").update(seen_at=NOW)
    assert [card.total for card in unread_rises(leaders["区领导"], NOW)] == [1]
    assert [card.total for card in unread_rises(leaders["区领导"], NOW + timedelta(days=8))] == [0]
