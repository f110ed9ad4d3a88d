"""The whistle, what it rests on, and the summons of each office. No business verbs here."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from wangge.cases.models import Case
from wangge.duties.models import DutyItem, Kind
from wangge.kernel.access.models import PathField
from wangge.kernel.access.personal import Personal
from wangge.kernel.calendar.models import ClockBase, ClockQuerySet, clock_constraints, clock_indexes
from wangge.kernel.flow.models import TransitionBase, VersionedModel
from wangge.organization.models import Office
from wangge.organization.notices import NoticeBase
from wangge.whistle import enums

DUTY_BASIS = "履行法定职责（个人信息保护法第13条第3项）"


class WhistleQuerySet(models.QuerySet["Whistle"]):
    def live(self) -> WhistleQuerySet:
        """Blown and not over."""
        return self.filter(state__in=enums.LIVE_STATES)

    def late(self, now: datetime) -> WhistleQuerySet:
        """Running whistles one of whose summonses has passed a limit."""
        return self.filter(state=enums.WhistleState.RUNNING, next_due_at__lt=now)


class Whistle(VersionedModel):
    """A street's call. ``path`` is its place, ``street_path`` the street that blows, ``office_ids`` who was called."""

    number = models.CharField("编号", max_length=24, unique=True)
    kind = models.CharField("哨种", max_length=12, choices=enums.WhistleKind.choices)
    origin = models.CharField("缘由", max_length=16, choices=enums.Origin.choices)
    title = models.CharField("标题", max_length=120)
    text = models.TextField("情况", max_length=5000)
    tried = models.TextField("街道已做的工作", max_length=3000)
    wanted = models.TextField("请部门解决什么", max_length=3000)
    matter = models.ForeignKey(
        Kind, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="类别"
    )
    path = PathField("所属区划", max_length=17)
    street_path = PathField("吹哨街道", max_length=9)
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="吹哨单位"
    )
    address = models.CharField("集结地点", max_length=200)
    lng = models.FloatField("经度", null=True, blank=True)
    lat = models.FloatField("纬度", null=True, blank=True)
    state = models.CharField("状态", max_length=12, choices=enums.WhistleState.choices)
    office_ids = ArrayField(models.BigIntegerField(), default=list, verbose_name="被吹单位")
    limits = models.JSONField("时限", default=dict, blank=True)
    radius_m = models.PositiveIntegerField("签到半径（米）", default=300)
    posture = models.ForeignKey(
        "whistle.Posture", on_delete=models.PROTECT, null=True, blank=True, related_name="whistles"
    )

    secretary_id = models.BigIntegerField("书记签发", null=True, blank=True)
    secretary_at = models.DateTimeField("书记签发时间", null=True, blank=True)
    director_id = models.BigIntegerField("主任签发", null=True, blank=True)
    director_at = models.DateTimeField("主任签发时间", null=True, blank=True)
    blown_by_id = models.BigIntegerField("签发人", null=True, blank=True)
    created_by_id = models.BigIntegerField("起草人", null=True, blank=True)

    next_due_at = models.DateTimeField("最近时限", null=True, blank=True)
    suspended_until_on = models.DateField("挂起至", null=True, blank=True)
    suspensions = models.PositiveSmallIntegerField("挂起次数", default=0)
    result = models.TextField("销哨意见", blank=True)
    verdict = models.CharField("研判", max_length=10, choices=enums.Verdict.choices, blank=True)

    created_at = models.DateTimeField("起草时间")
    blown_at = models.DateTimeField("吹哨时间", null=True, blank=True)
    closed_at = models.DateTimeField("销哨时间", null=True, blank=True)

    objects = WhistleQuerySet.as_manager()

    personal_data: ClassVar[dict[str, Personal]] = {
        "text": Personal("协调部门处置", DUTY_BASIS, "吹哨街道、被吹单位、区指挥中心", "随业务档案"),
        "address": Personal("到场处置", DUTY_BASIS, "吹哨街道、被吹单位、区指挥中心", "随业务档案"),
    }

    class Meta:
        verbose_name = "吹哨"
        verbose_name_plural = "吹哨"
        indexes = [
            models.Index(fields=["-created_at", "-id"], include=["path"], name="whistle_created"),
            models.Index(fields=["path", "-created_at"], name="whistle_path_created"),
            models.Index(fields=["state", "next_due_at"], name="whistle_state_due"),
            models.Index(fields=["-blown_at"], name="whistle_blown_at", condition=Q(blown_at__isnull=False)),
            models.Index(fields=["suspended_until_on"], name="whistle_wakes", condition=Q(state="suspended")),
        ]
        constraints = [
            models.CheckConstraint(
                name="whistle_point_whole",
                condition=Q(lng__isnull=True, lat__isnull=True) | Q(lng__range=(-180, 180), lat__range=(-90, 90)),
            ),
            models.CheckConstraint(
                name="whistle_two_signatures",
                condition=Q(secretary_id__isnull=True)
                | Q(director_id__isnull=True)
                | ~Q(secretary_id=F("director_id")),
            ),
            models.CheckConstraint(
                name="whistle_hard_is_signed_twice",
                condition=~Q(kind="hard")
                | Q(blown_at__isnull=True)
                | Q(secretary_id__isnull=False, director_id__isnull=False),
            ),
            models.CheckConstraint(
                name="whistle_suspended_has_day", condition=~Q(state="suspended") | Q(suspended_until_on__isnull=False)
            ),
            models.CheckConstraint(
                name="whistle_live_was_blown",
                condition=~Q(state__in=["running", "suspended", "closed"]) | Q(blown_at__isnull=False),
            ),
            models.CheckConstraint(
                name="whistle_over_has_no_due", condition=Q(state="running") | Q(next_due_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def is_live(self) -> bool:
        return self.state in enums.LIVE_STATES


class WhistleTransition(TransitionBase):
    """One step of a whistle."""

    subject = models.ForeignKey(Whistle, on_delete=models.PROTECT, db_index=False, related_name="transitions")

    class Meta:
        verbose_name = "吹哨流转"
        verbose_name_plural = "吹哨流转"
        indexes = [
            models.Index(fields=["subject", "at"], name="whistle_transition_subject"),
            models.Index(fields=["at", "step"], name="whistle_transition_at"),
        ]


class WhistleCase(models.Model):
    """A case a whistle was blown on."""

    whistle = models.ForeignKey(Whistle, on_delete=models.PROTECT, related_name="cases")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", verbose_name="事项")

    class Meta:
        verbose_name = "吹哨事项"
        verbose_name_plural = "吹哨事项"
        constraints = [models.UniqueConstraint(fields=["whistle", "case"], name="whistle_case_once")]

    def __str__(self) -> str:
        return f"{self.whistle_id}/{self.case_id}"


class CitedItem(models.Model):
    """A list item the whistle rests on (C04), its words copied so that a later change rewrites nothing."""

    whistle = models.ForeignKey(Whistle, on_delete=models.PROTECT, related_name="items")
    item = models.ForeignKey(DutyItem, on_delete=models.PROTECT, related_name="+", verbose_name="清单条目")
    text = models.CharField("条目", max_length=300)
    legal_basis = models.TextField("依据", blank=True)
    own = models.BooleanField("街道自己清单", default=False)

    class Meta:
        verbose_name = "引用条目"
        verbose_name_plural = "引用条目"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["whistle", "item"], name="whistle_item_once")]

    def __str__(self) -> str:
        return self.text


class Summons(VersionedModel):
    """One office called to the spot. Its state is its own; its clocks run apart from those of the others."""

    whistle = models.ForeignKey(Whistle, on_delete=models.PROTECT, related_name="summonses")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    role = models.CharField("角色", max_length=8, choices=enums.Role.choices)
    state = models.CharField("状态", max_length=10, choices=enums.SummonsState.choices)
    designated = models.BooleanField("指定", default=False)
    objections = models.PositiveSmallIntegerField("异议次数", default=0)
    returns = models.PositiveSmallIntegerField("退回次数", default=0)
    plan = models.TextField("处置方案", blank=True)
    report = models.TextField("处置报告", blank=True)
    next_due_at = models.DateTimeField("最近时限", null=True, blank=True)
    due_name = models.CharField("在计时限", max_length=8, choices=enums.ClockName.choices, blank=True)
    raised_at = models.DateTimeField("报区领导时间", null=True, blank=True)
    summoned_at = models.DateTimeField("发出时间", null=True, blank=True)
    signed_at = models.DateTimeField("签收时间", null=True, blank=True)
    arrived_at = models.DateTimeField("到场时间", null=True, blank=True)
    planned_at = models.DateTimeField("方案时间", null=True, blank=True)
    reported_at = models.DateTimeField("反馈时间", null=True, blank=True)
    done_at = models.DateTimeField("销项时间", null=True, blank=True)
    rank = models.CharField("到场人职级", max_length=8, choices=enums.Rank.choices, blank=True)
    handled_by_id = models.BigIntegerField("经办人", null=True, blank=True)

    class Meta:
        verbose_name = "报到通知"
        verbose_name_plural = "报到通知"
        indexes = [
            models.Index(fields=["office", "state"], name="summons_office_state"),
            models.Index(fields=["state", "next_due_at"], name="summons_state_due"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["whistle", "office"], name="summons_once", condition=~Q(state="released")),
            models.UniqueConstraint(
                fields=["whistle"], name="summons_one_lead", condition=Q(role="lead") & ~Q(state="released")
            ),
            models.CheckConstraint(name="summons_arrived_has_rank", condition=Q(arrived_at__isnull=True) | ~Q(rank="")),
        ]

    def __str__(self) -> str:
        return f"{self.whistle_id}/{self.office_id}"

    @property
    def is_open(self) -> bool:
        return self.state in enums.OPEN_SUMMONS


class SummonsTransition(TransitionBase):
    """One step of a summons."""

    subject = models.ForeignKey(Summons, on_delete=models.PROTECT, db_index=False, related_name="transitions")

    class Meta:
        verbose_name = "报到流转"
        verbose_name_plural = "报到流转"
        indexes = [
            models.Index(fields=["subject", "at"], name="summons_transition_subject"),
            models.Index(fields=["at", "step"], name="summons_transition_at"),
        ]


class SummonsClock(ClockBase):
    """A limit of a summons: sign, arrive, plan or report; of the street while it has a report to check; of the command
    centre while it decides an objection.

    Once escalated it is raised to the district leader (a late check to the command centre) at ``raise_at``, unless it
    stopped before.
    """

    summons = models.ForeignKey(Summons, on_delete=models.PROTECT, db_index=False, related_name="clocks")
    raise_at = models.DateTimeField("应报区领导时间", null=True, blank=True)
    raised_at = models.DateTimeField("已提级时间", null=True, blank=True)

    objects: ClassVar[models.Manager[Any]] = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = "报到时限"
        verbose_name_plural = "报到时限"
        indexes = [
            *clock_indexes("summons_clock"),
            models.Index(fields=["summons"], name="summons_clock_of"),
            models.Index(fields=["stopped_at"], name="summons_clock_stopped", condition=Q(stopped_at__isnull=False)),
            models.Index(
                fields=["raise_at"],
                name="summons_clock_raise",
                condition=Q(
                    stopped_at__isnull=True, paused_at__isnull=True, raised_at__isnull=True, raise_at__isnull=False
                ),
            ),
        ]
        constraints = [
            *clock_constraints("summons_clock"),
            models.UniqueConstraint(
                fields=["summons", "name"], name="summons_clock_one_running", condition=Q(stopped_at__isnull=True)
            ),
        ]


class Meeting(models.Model):
    """A coordination meeting of the district leader; its resolutions are tasks."""

    whistle = models.ForeignKey(Whistle, on_delete=models.PROTECT, related_name="meetings")
    held_at = models.DateTimeField("召开时间")
    chair = models.CharField("主持", max_length=60)
    summary = models.TextField("会议纪要", max_length=5000)
    at = models.DateTimeField("登记时间")
    by_id = models.BigIntegerField("登记人", null=True)

    class Meta:
        verbose_name = "协调会"
        verbose_name_plural = "协调会"
        ordering = ["held_at", "pk"]

    def __str__(self) -> str:
        return f"{self.whistle_id} {self.held_at:%F}"


class Task(models.Model):
    """One thing asked of one office: from the whistle itself, or resolved by a meeting. Checked one by one."""

    summons = models.ForeignKey(Summons, on_delete=models.PROTECT, related_name="tasks")
    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name="协调会"
    )
    text = models.CharField("任务", max_length=300)
    due_on = models.DateField("完成日期", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=enums.TaskState.choices, default=enums.TaskState.OPEN)
    answer = models.TextField("完成情况", blank=True)
    answered_at = models.DateTimeField("反馈时间", null=True, blank=True)
    note = models.CharField("核实意见", max_length=300, blank=True)
    checked_at = models.DateTimeField("核实时间", null=True, blank=True)
    checked_by_id = models.BigIntegerField("核实人", null=True, blank=True)
    warned_at = models.DateTimeField("已提醒时间", null=True, blank=True)
    escalated_at = models.DateTimeField("已升级时间", null=True, blank=True)

    class Meta:
        verbose_name = "任务"
        verbose_name_plural = "任务"
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["due_on"],
                name="whistle_task_due",
                condition=Q(due_on__isnull=False, escalated_at__isnull=True, state__in=["open", "failed"]),
            )
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def late(self) -> bool:
        """Its day is past and nobody has answered for it."""
        return self.due_on is not None and self.due_on < timezone.localdate() and self.state in enums.UNANSWERED


class CheckIn(models.Model):
    """Somebody of the office was on the spot. Others may come, or come again another day; the first stops the clock."""

    summons = models.ForeignKey(Summons, on_delete=models.PROTECT, related_name="check_ins")
    way = models.CharField("方式", max_length=10, choices=enums.CheckInWay.choices)
    person = models.CharField("到场人", max_length=60)
    rank = models.CharField("职级", max_length=8, choices=enums.Rank.choices)
    lng = models.FloatField("经度", null=True, blank=True)
    lat = models.FloatField("纬度", null=True, blank=True)
    distance_m = models.PositiveIntegerField("距集结地点（米）", null=True, blank=True)
    at = models.DateTimeField("时间")
    by_id = models.BigIntegerField("登记人", null=True)

    personal_data: ClassVar[dict[str, Personal]] = {
        "person": Personal("证明部门到场", DUTY_BASIS, "吹哨街道、本单位、区指挥中心", "随业务档案"),
        "lng": Personal("证明部门到场", DUTY_BASIS, "吹哨街道、本单位、区指挥中心", "随业务档案"),
        "lat": Personal("证明部门到场", DUTY_BASIS, "吹哨街道、本单位、区指挥中心", "随业务档案"),
    }

    class Meta:
        verbose_name = "到场签到"
        verbose_name_plural = "到场签到"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.summons_id} {self.at:%F %H:%M}"


class WhistleNotice(NoticeBase):
    """Something an office has to know about a whistle."""

    whistle = models.ForeignKey(Whistle, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField("类别", max_length=12, choices=enums.NoticeKind.choices)

    class Meta:
        verbose_name = "吹哨提醒"
        verbose_name_plural = "吹哨提醒"
        indexes = [
            models.Index(fields=["office_id", "-at"], name="whistle_notice_unseen", condition=Q(seen_at__isnull=True))
        ]
