"""Routine and emergency (平急转化, G16): the switch of a division, with its own rosters, limits and lists."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from wangge.duties.models import DutyList
from wangge.kernel.access.models import PathField, User
from wangge.kernel.calendar.units import Unit
from wangge.organization.models import Office
from wangge.whistle import enums
from wangge.whistle.models.rosters import Roster


class Posture(models.Model):
    """An emergency of a division, from an instant until it is switched back. Kept for ever as its history.

    ``percent`` shortens every limit of whistles blown below ``path`` meanwhile (50: half the time); a row of
    ``PostureLimit`` replaces one limit altogether, ``radius_m`` that of check-ins. ``lists`` may be cited although they
    are the street's own; ``rosters`` say who stood on duty from the first hour.
    """

    path = PathField("适用区划", max_length=12)
    title = models.CharField("名称", max_length=80)
    reason = models.TextField("启动理由", max_length=1000)
    percent = models.PositiveSmallIntegerField("时限比例（%）", default=100)
    radius_m = models.PositiveIntegerField("签到半径（米）", null=True, blank=True)
    lists = models.ManyToManyField(DutyList, blank=True, related_name="+", verbose_name="应急清单")
    rosters = models.ManyToManyField(Roster, blank=True, related_name="postures", verbose_name="值守名册")
    began_at = models.DateTimeField("启动时间")
    began_by_id = models.BigIntegerField("启动人", null=True)
    until_at = models.DateTimeField("预计结束", null=True, blank=True)
    ended_at = models.DateTimeField("转回常态时间", null=True, blank=True)
    ended_by_id = models.BigIntegerField("转回操作人", null=True, blank=True)
    end_reason = models.CharField("转回理由", max_length=500, blank=True)

    class Meta:
        verbose_name = "应急状态"
        verbose_name_plural = "应急状态"
        indexes = [models.Index(fields=["-began_at"], name="posture_began")]
        constraints = [
            models.UniqueConstraint(fields=["path"], name="posture_one_open", condition=Q(ended_at__isnull=True)),
            models.CheckConstraint(name="posture_percent", condition=Q(percent__range=(10, 100))),
            models.CheckConstraint(
                name="posture_radius", condition=Q(radius_m__isnull=True) | Q(radius_m__range=(20, 5000))
            ),
            models.CheckConstraint(
                name="posture_order", condition=Q(until_at__isnull=True) | Q(until_at__gt=F("began_at"))
            ),
            models.CheckConstraint(name="posture_end_says_why", condition=Q(ended_at__isnull=True) | ~Q(end_reason="")),
        ]

    def __str__(self) -> str:
        return self.title


class PostureLimit(models.Model):
    """A limit of its own while the emergency lasts."""

    posture = models.ForeignKey(Posture, on_delete=models.PROTECT, related_name="limits")
    kind = models.CharField("哨种", max_length=12, choices=enums.WhistleKind.choices)
    clock = models.CharField("时限", max_length=8, choices=enums.LimitName.choices)
    value = models.PositiveIntegerField("时限值")
    unit = models.CharField("单位", max_length=12, choices=Unit)

    class Meta:
        verbose_name = "应急时限"
        verbose_name_plural = "应急时限"
        constraints = [
            models.UniqueConstraint(fields=["posture", "kind", "clock"], name="posture_limit_once"),
            models.CheckConstraint(name="posture_limit_positive", condition=Q(value__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.posture_id} {self.kind} {self.clock}"


class PostureDuty(models.Model):
    """Who is on duty at which post, from when until when."""

    posture = models.ForeignKey(Posture, on_delete=models.PROTECT, related_name="duties")
    post = models.CharField("岗位", max_length=60)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="值守人")
    from_at = models.DateTimeField("值守起")
    to_at = models.DateTimeField("值守止")
    called_off_at = models.DateTimeField("取消时间", null=True, blank=True)
    roster = models.ForeignKey(
        Roster, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="值守名册"
    )

    class Meta:
        verbose_name = "联合值守"
        verbose_name_plural = "联合值守"
        ordering = ["from_at", "pk"]
        indexes = [models.Index(fields=["posture", "from_at"], name="posture_duty_from")]
        constraints = [models.CheckConstraint(name="posture_duty_order", condition=Q(to_at__gt=F("from_at")))]

    def __str__(self) -> str:
        return f"{self.post} {self.from_at:%F %H:%M}"
