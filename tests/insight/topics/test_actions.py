"""What a person may make of a topic, and who may not."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from tests.cases.conftest import DISTRICT, World
from tests.insight.topics.conftest import fill, topic_of

from wangge.insight.topics import actions, following
from wangge.insight.topics.enums import RiseLevel
from wangge.insight.topics.models import Rise, Topic
from wangge.kernel.audit.models import AuditEntry

NOW = timezone.now()


@pytest.fixture
def ready(leaders: World) -> World:
    fill(leaders, now=NOW)
    for step in (following.assign, following.search, following.measure):
        step(path=DISTRICT, now=NOW)
    return leaders


def test_a_name_given_by_a_person_stays(ready: World) -> None:
    actions.rename(topic=topic_of("翠湖新居"), name="翠湖新居搅拌站扰民", by=ready["街道书记"])
    following.search(path=DISTRICT, now=NOW)
    following.measure(path=DISTRICT, now=NOW)
    assert topic_of("翠湖新居").name == "翠湖新居搅拌站扰民"
    assert AuditEntry.objects.filter(action="topics.topic.rename").count() == 1


def test_an_empty_name_is_refused(ready: World) -> None:
    with pytest.raises(ValidationError):
        actions.rename(topic=topic_of("翠湖新居"), name="  ", by=ready["街道书记"])


@pytest.mark.parametrize("who", ["外街书记", "街道老王", "社区小陈", "外人"])
def test_others_change_nothing(ready: World, who: str) -> None:
    topic = topic_of("翠湖新居")
    for act in (
        lambda: actions.rename(topic=topic, name="别的名字", by=ready[who]),
        lambda: actions.set_aside(topic=topic, by=ready[who], reason="不相干"),
        lambda: actions.merge(topic=topic, into=topic_of("育才学院"), by=ready[who]),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert Topic.objects.get(pk=topic.pk).name == topic.name
    assert not Topic.objects.exclude(state="active").exists()


def test_merging_brings_members_anchors_and_parts_together(ready: World) -> None:
    gone, heir = topic_of("育才学院"), topic_of("翠湖新居")
    part = Topic.objects.filter(within=gone).first()
    total = gone.size + heir.size
    after = actions.merge(topic=gone, into=heir, by=ready["区领导"])
    assert after.size == total
    gone.refresh_from_db()
    assert (gone.state, gone.merged_into_id) == ("merged", heir.pk)
    assert part is None or Topic.objects.get(pk=part.pk).within_id == heir.pk
    with pytest.raises(ValidationError):
        actions.rename(topic=gone, name="还想改名", by=ready["区领导"])


def test_a_topic_is_not_merged_into_itself_or_across_what_one_may(ready: World) -> None:
    topic = topic_of("翠湖新居")
    with pytest.raises(ValidationError):
        actions.merge(topic=topic, into=topic, by=ready["区领导"])
    with pytest.raises(PermissionDenied):
        actions.merge(topic=topic, into=topic_of("锦绣兰庭"), by=ready["街道书记"])
    assert topic_of("翠湖新居").state == "active"


def test_what_is_set_aside_is_not_found_again_and_can_come_back(ready: World) -> None:
    topic = actions.set_aside(topic=topic_of("翠湖新居"), by=ready["街道书记"], reason="是宣传活动")
    following.search(path=DISTRICT, now=NOW)
    following.measure(path=DISTRICT, now=NOW)
    assert Topic.objects.filter(anchors__contains=["翠湖新居"]).count() == 1
    assert topic_of("翠湖新居").state == "aside"
    assert actions.bring_back(topic=topic, by=ready["街道书记"]).state == "active"


def test_a_rise_is_read_once(ready: World) -> None:
    topic = topic_of("翠湖新居")
    rise = Rise.objects.create(
        topic=topic,
        name=topic.name,
        path=topic.path,
        on=timezone.localdate(),
        level=RiseLevel.WARNING,
        observed=9,
        expected=1,
        chance=1e-6,
        created_at=NOW,
    )
    with pytest.raises(PermissionDenied):
        actions.note(rise=rise, by=ready["外街书记"])
    first = actions.note(rise=rise, by=ready["街道书记"])
    again = actions.note(rise=rise, by=ready["区领导"])
    assert (again.seen_at, again.seen_by_id) == (first.seen_at, ready["街道书记"].pk)
