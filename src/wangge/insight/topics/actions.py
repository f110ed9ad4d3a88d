"""What a person makes of a topic: another name, one with another, none at all; a rise read."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from wangge.insight.topics import following, policy
from wangge.insight.topics.enums import TopicState
from wangge.insight.topics.models import Rise, Topic, TopicMember
from wangge.kernel.access.models import User
from wangge.kernel.audit.recording import record

LONGEST_NAME = 80


def _locked(topic: Topic, by: User) -> Topic:
    held = Topic.objects.select_for_update().get(pk=topic.pk)
    if not policy.may_manage(by, held):
        raise PermissionDenied("您不能整理这个热点。")
    if held.state == TopicState.MERGED:
        raise ValidationError("这个热点已并入另一个，请打开那个热点。")
    return held


@transaction.atomic
def rename(*, topic: Topic, name: str, by: User) -> Topic:
    """Give ``topic`` a name that the nightly work leaves alone. Raises ValidationError for an empty or long one."""
    held = _locked(topic, by)
    name = " ".join(name.split())
    if not 2 <= len(name) <= LONGEST_NAME:
        raise ValidationError({"name": [f"名称应为2至{LONGEST_NAME}个字。"]})
    record("topics.topic.rename", held, changes={"name": [held.name, name]})
    held.name, held.named_by_id = name, by.pk
    held.save(update_fields=["name", "named_by_id"])
    return held


@transaction.atomic
def merge(*, topic: Topic, into: Topic, by: User, reason: str = "", now: datetime | None = None) -> Topic:
    """Make ``topic`` one with ``into``: its members and anchors are the heir's from now on. Returns the heir."""
    first, second = sorted((topic.pk, into.pk))
    if first == second:
        raise ValidationError("不能并入自身。")
    list(Topic.objects.select_for_update().filter(pk__in=(first, second)).order_by("pk"))
    held, heir = _locked(topic, by), _locked(into, by)
    TopicMember.objects.bulk_create(
        [
            TopicMember(topic=heir, case_id=one.case_id, path=one.path, on=one.on, weight=one.weight)
            for one in held.members.all()
        ],
        ignore_conflicts=True,
        batch_size=2000,
    )
    Topic.objects.filter(within=held).exclude(pk=heir.pk).update(within=heir)
    record("topics.topic.merge", held, changes={"merged_into": [None, heir.pk]}, reason=reason)
    held.state, held.merged_into, held.within = TopicState.MERGED, heir, None
    held.save(update_fields=["state", "merged_into", "within"])
    if heir.within_id == held.pk:
        heir.within = None
        heir.save(update_fields=["within"])
    following.measure(path=heir.path[:6], now=now or timezone.now(), topics=[heir.pk])
    heir.refresh_from_db()
    return heir


@transaction.atomic
def set_aside(*, topic: Topic, by: User, reason: str) -> Topic:
    """Say that this is no topic; it gathers its cases still, unseen, so that it is not found again."""
    held = _locked(topic, by)
    if len(reason.strip()) < 2:
        raise ValidationError({"reason": ["请写明理由。"]})
    record("topics.topic.set_aside", held, changes={"state": [held.state, TopicState.ASIDE]}, reason=reason)
    held.state = TopicState.ASIDE
    held.save(update_fields=["state"])
    return held


@transaction.atomic
def bring_back(*, topic: Topic, by: User, now: datetime | None = None) -> Topic:
    """The reverse of ``set_aside``."""
    held = _locked(topic, by)
    if held.state != TopicState.ASIDE:
        raise ValidationError("这个热点没有被搁置。")
    record("topics.topic.bring_back", held, changes={"state": [held.state, TopicState.ACTIVE]})
    held.state = TopicState.ACTIVE
    held.save(update_fields=["state"])
    following.measure(path=held.path[:6], now=now or timezone.now(), topics=[held.pk])
    held.refresh_from_db()
    return held


@transaction.atomic
def note(*, rise: Rise, by: User, now: datetime | None = None) -> Rise:
    """Mark a rise as read; a second press changes nothing."""
    held = Rise.objects.select_for_update().get(pk=rise.pk)
    if not policy.may_note(by, held):
        raise PermissionDenied("您不能阅示这条预警。")
    if held.seen_at is None:
        held.seen_at, held.seen_by_id = now or timezone.now(), by.pk
        held.save(update_fields=["seen_at", "seen_by_id"])
        record("topics.rise.note", held)
    return held
