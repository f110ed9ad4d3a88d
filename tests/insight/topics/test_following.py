"""The nightly work: topics found, cases assigned, figures counted; the past is not read again."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.cases.conftest import COMMUNITY, DISTRICT, STREET, World
from tests.insight.topics.conftest import ELSEWHERE, case, file, fill, topic_of

from wangge.cases.models import Case, Requester
from wangge.insight.topics import following
from wangge.insight.topics.models import Topic, TopicMember, TopicRun

NOW = timezone.now()


def night(*, now: object = None) -> None:
    at = NOW if now is None else now
    following.assign(path=DISTRICT, now=at)  # type: ignore[arg-type]
    following.search(path=DISTRICT, now=at)  # type: ignore[arg-type]
    following.measure(path=DISTRICT, now=at)  # type: ignore[arg-type]


def test_matters_told_again_and_again_become_topics(world: World) -> None:
    fill(world, now=NOW)
    night()
    topic = topic_of("翠湖新居")
    mine = Case.objects.filter(title__contains="翠湖新居")
    assert set(topic.members.values_list("case_id", flat=True)) == set(mine.values_list("pk", flat=True))
    assert topic.size == mine.count()
    assert topic.path == STREET
    assert topic.kind_id == world.kinds["rubbish"].pk
    assert topic_of("锦绣兰庭").path == ELSEWHERE


def test_a_second_night_finds_nothing_new(world: World) -> None:
    fill(world, now=NOW)
    night()
    before = set(Topic.objects.values_list("pk", "size"))
    night(now=NOW + timedelta(days=1))
    assert set(Topic.objects.values_list("pk", "size")) == before


def test_a_new_case_joins_its_topic_without_the_old_ones_being_read(world: World) -> None:
    fill(world, now=NOW)
    night()
    topic = topic_of("育才学院")
    new = file([case(title="又是育才学院", text="育才学院逼学生进厂", path=COMMUNITY, at=NOW)])[0]
    assert following.assign(path=DISTRICT, now=NOW) == 1
    assert topic.members.filter(case=new).exists()
    assert Topic.objects.get(pk=topic.pk).size == topic.size + 1
    assert TopicRun.objects.get(path=DISTRICT).last_case_id == new.pk
    with CaptureQueriesContext(connection) as queries:
        assert following.assign(path=DISTRICT, now=NOW) == 0
    assert len(queries) <= 8


def test_new_words_for_a_known_topic_are_not_a_second_topic(world: World) -> None:
    fill(world, now=NOW)
    night()
    number = Topic.objects.count()
    file(
        case(
            title="翠湖新居搅拌站",
            text="翠湖新居旁的搅拌站夜里机器轰鸣不停，离居民楼不到一百米",
            path=COMMUNITY,
            at=NOW,
        )
        for _ in range(6)
    )
    night()
    assert Topic.objects.filter(anchors__contains=["翠湖新居"]).count() == 1
    assert Topic.objects.count() <= number + 2


def test_what_was_told_in_confidence_is_in_no_topic(world: World) -> None:
    fill(world, now=NOW)
    night()
    new = file([case(title="翠湖新居", text="翠湖新居搅拌站", path=COMMUNITY, at=NOW, is_private=True)])[0]
    following.assign(path=DISTRICT, now=NOW)
    assert not TopicMember.objects.filter(case=new).exists()


def test_a_merged_topic_gives_its_new_cases_to_its_heir(world: World) -> None:
    fill(world, now=NOW)
    night()
    gone, heir = topic_of("育才学院"), topic_of("翠湖新居")
    Topic.objects.filter(pk=gone.pk).update(state="merged", merged_into=heir)
    new = file([case(title="育才学院", text="育才学院强制实习", path=COMMUNITY, at=NOW)])[0]
    following.assign(path=DISTRICT, now=NOW)
    assert list(TopicMember.objects.filter(case=new).values_list("topic_id", flat=True)) == [heir.pk]


def test_people_are_counted_once_by_phone(world: World) -> None:
    filed = fill(world, now=NOW)
    night()
    mine = [one for one in filed if "翠湖新居" in one.title]
    for one in mine[:3]:
        Requester.objects.create(case=one, phone_index=b"a" * 16)
    following.measure(path=DISTRICT, now=NOW)
    assert topic_of("翠湖新居").people == len(mine) - 2


def test_a_topic_without_new_cases_becomes_quiet_and_wakes_again(world: World) -> None:
    fill(world, now=NOW)
    night()
    later = NOW + timedelta(days=100)
    following.measure(path=DISTRICT, now=later)
    assert topic_of("翠湖新居").state == "quiet"
    assert topic_of("翠湖新居").trend == "over"
    file([case(title="翠湖新居", text="翠湖新居搅拌站又开工", path=COMMUNITY, at=later)])
    following.assign(path=DISTRICT, now=later)
    following.measure(path=DISTRICT, now=later)
    assert topic_of("翠湖新居").state == "active"


def test_districts_are_those_with_cases(world: World) -> None:
    assert following.districts() == []
    fill(world, now=NOW)
    file([case(title="甲", text="甲", path="150204001", at=NOW)])
    assert following.districts() == [DISTRICT, "150204"]
