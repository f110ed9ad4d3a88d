"""Tables: tasks, the lines of their lists, their steps, their clocks and what offices were told."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from wangge.duties.models import Kind
from wangge.insight.governance import enums
from wangge.insight.topics.models import Topic
from wangge.kernel.access.models import PathField
from wangge.kernel.calendar.models import ClockBase, ClockQuerySet, clock_constraints, clock_indexes
from wangge.kernel.flow.models import TransitionBase, VersionedModel
from wangge.organization.models import Office
from wangge.organization.notices import NoticeBase


class GovernanceTask(VersionedModel):
    """One class of matters at one place. ``office_ids`` is the owner and every office a line names."""

    name = models.CharField("名称", max_length=80)
    topic = models.ForeignKey(
        Topic, on_delete=models.PROTECT, null=True, blank=True, related_name="governance_tasks", verbose_name="热点"
    )
    kind = models.ForeignKey(
        Kind, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="类别"
    )
    path = PathField("治理范围")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", verbose_name="牵头单位")
    office_ids = ArrayField(models.BigIntegerField(), default=list, verbose_name="相关单位")
    state = models.CharField("状态", max_length=10, choices=enums.TaskState.choices, default=enums.TaskState.DRAFT)

    # What was seen when the task was proposed.
    seen_from_on = models.DateField("观察起")
    seen_to_on = models.DateField("观察止")
    seen_count = models.PositiveIntegerField("观察期件数", default=0)

    goal = models.CharField("目标", max_length=200)
    fall_percent = models.PositiveSmallIntegerField("目标降幅（%）", null=True, blank=True)
    plan = models.TextField("方案", max_length=5000, blank=True)
    deadline_on = models.DateField("完成期限")
    month_on = models.DateField("每月一题", null=True, blank=True, help_text="列入哪个月，记该月1日")

    started_on = models.DateField("开始实施", null=True, blank=True)
    done_on = models.DateField("措施完成", null=True, blank=True)
    closed_on = models.DateField("销号", null=True, blank=True)
    effect = models.JSONField("销号时成效", default=dict, blank=True)
    created_by_id = models.BigIntegerField("提出人")
    created_at = models.DateTimeField("提出时间")

    class Meta:
        verbose_name = "治理任务"
        verbose_name_plural = "治理任务"
        indexes = [
            models.Index(fields=["-created_at", "-id"], include=["path"], name="governance_created"),
            models.Index(fields=["deadline_on", "id"], include=["path"], name="governance_deadline"),
            models.Index(fields=["month_on"], name="governance_month", condition=Q(month_on__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                name="governance_about_something", condition=Q(topic__isnull=False) | Q(kind__isnull=False)
            ),
            models.CheckConstraint(name="governance_seen", condition=Q(seen_to_on__gte=F("seen_from_on"))),
            models.CheckConstraint(
                name="governance_month_first", condition=Q(month_on__isnull=True) | Q(month_on__day=1)
            ),
            models.CheckConstraint(
                name="governance_closed_has_day", condition=~Q(state="closed") | Q(closed_on__isnull=False)
            ),
            models.CheckConstraint(
                name="governance_fall", condition=Q(fall_percent__isnull=True) | Q(fall_percent__range=(1, 100))
            ),
            models.UniqueConstraint(
                fields=["topic"],
                name="governance_topic_once",
                condition=Q(topic__isnull=False) & ~Q(state__in=["closed", "dropped"]),
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)

    @property
    def is_open(self) -> bool:
        return self.state in enums.OPEN_STATES

    def is_late(self, today: date) -> bool:
        return self.is_open and self.deadline_on < today


class GovernanceTransition(TransitionBase):
    subject = models.ForeignKey(GovernanceTask, on_delete=models.PROTECT, db_index=False, related_name="transitions")

    class Meta:
        verbose_name = "治理任务流转"
        verbose_name_plural = "治理任务流转"
        indexes = [models.Index(fields=["subject", "at"], name="governance_transition")]


class GovernanceItem(models.Model):
    """A line of one of the three lists: what, who, until when; ended lines stay (``removed_at``)."""

    task = models.ForeignKey(GovernanceTask, on_delete=models.PROTECT, db_index=False, related_name="items")
    list_name = models.CharField("清单", max_length=8, choices=enums.ListName.choices)
    text = models.CharField("内容", max_length=300)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", verbose_name="责任单位")
    due_on = models.DateField("期限")
    done_at = models.DateTimeField("完成时间", null=True, blank=True)
    done_note = models.CharField("完成情况", max_length=300, blank=True)
    done_by_id = models.BigIntegerField("完成人", null=True, blank=True)
    removed_at = models.DateTimeField("删去时间", null=True, blank=True)
    removed_by_id = models.BigIntegerField("删去人", null=True, blank=True)
    created_at = models.DateTimeField("列入时间", auto_now_add=True)

    objects: ClassVar[models.Manager[GovernanceItem]] = models.Manager()

    class Meta:
        verbose_name = "治理清单"
        verbose_name_plural = "治理清单"
        indexes = [models.Index(fields=["task", "list_name", "due_on"], name="governance_item_task")]
        constraints = [
            models.CheckConstraint(
                name="governance_item_done_says_how", condition=Q(done_at__isnull=True) | ~Q(done_note="")
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_list_name_display()}：{self.text[:20]}"

    def is_late(self, today: date) -> bool:
        return self.done_at is None and self.due_on < today


class GovernanceClock(ClockBase):
    """The time of a task until its deadline, or (``item``) of a line of a task that is carried out."""

    task = models.ForeignKey(GovernanceTask, on_delete=models.PROTECT, related_name="clocks")
    item = models.ForeignKey(
        GovernanceItem, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="clocks"
    )

    objects = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = "治理时限"
        verbose_name_plural = "治理时限"
        indexes = clock_indexes("governance_clock")
        constraints = [
            *clock_constraints("governance_clock"),
            models.UniqueConstraint(
                fields=["task"],
                name="governance_clock_task",
                condition=Q(item__isnull=True) & Q(stopped_at__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["item"], name="governance_clock_item", condition=Q(stopped_at__isnull=True)
            ),
        ]


class GovernanceNotice(NoticeBase):
    """Something an office has to know about a task."""

    task = models.ForeignKey(GovernanceTask, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField("类别", max_length=12, choices=enums.NoticeKind.choices)

    objects: ClassVar[models.Manager[GovernanceNotice]] = models.Manager()

    class Meta:
        verbose_name = "治理提醒"
        verbose_name_plural = "治理提醒"
        indexes = [
            models.Index(
                fields=["office_id", "-at"], name="governance_notice_unseen", condition=Q(seen_at__isnull=True)
            )
        ]
