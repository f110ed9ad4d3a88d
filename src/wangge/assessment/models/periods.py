"""Who is assessed, and in which month."""

from __future__ import annotations

import calendar
from datetime import date

from django.db import models

from wangge.assessment.enums import Group, PeriodState
from wangge.kernel.access.models import PathField
from wangge.kernel.flow.models import TransitionBase, VersionedModel
from wangge.kernel.periods import VALID, InForceQuerySet
from wangge.organization.models import Office


class Unit(models.Model):
    """Somebody who is assessed: an office (a street with all its bodies and communities), or a district."""

    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="机构"
    )
    group = models.CharField("组别", max_length=12, choices=Group.choices)
    name = models.CharField("名称", max_length=80)
    path = PathField("区划")
    valid_from = models.DateField("起")
    valid_to = models.DateField("止", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    objects = InForceQuerySet.as_manager()

    class Meta:
        verbose_name = "被考核单位"
        verbose_name_plural = "被考核单位"
        indexes = [models.Index(fields=["path", "group"], name="unit_path_group")]
        constraints = [
            models.CheckConstraint(name="unit_period", condition=VALID),
            models.UniqueConstraint(
                fields=["office"], name="unit_office_open_once", condition=models.Q(valid_to__isnull=True)
            ),
            models.CheckConstraint(
                name="unit_office_unless_district",
                condition=models.Q(group=Group.DISTRICT, office__isnull=True)
                | (~models.Q(group=Group.DISTRICT) & models.Q(office__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Period(VersionedModel):
    """A month of a division. ``round``: the number of the reckoning that counts."""

    path = PathField("区划")
    month = models.DateField("月份")
    state = models.CharField("状态", max_length=12, choices=PeriodState.choices, default=PeriodState.OPEN)
    round = models.PositiveSmallIntegerField("版次", default=0)
    appeal_until_on = models.DateField("申诉截止", null=True, blank=True)
    reckoned_at = models.DateTimeField("计算时间", null=True, blank=True)
    frozen_at = models.DateTimeField("冻结时间", null=True, blank=True)
    published_at = models.DateTimeField("公布时间", null=True, blank=True)
    progress = models.CharField("进度", max_length=80, blank=True)

    class Meta:
        verbose_name = "考核期"
        verbose_name_plural = "考核期"
        constraints = [
            models.UniqueConstraint(fields=["path", "month"], name="period_once"),
            models.CheckConstraint(name="period_first_of_month", condition=models.Q(month__day=1)),
            models.CheckConstraint(
                name="period_frozen_has_round",
                condition=models.Q(state__in=[PeriodState.OPEN, PeriodState.CLOSING], round=0)
                | models.Q(state__in=[PeriodState.FROZEN, PeriodState.PUBLISHED], round__gt=0),
            ),
        ]
        indexes = [models.Index(fields=["-month", "path"], name="period_month")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"{self.month.year}年{self.month.month}月"

    def takes_appeals(self, on: date) -> bool:
        """Frozen, and its time for appeals is not over."""
        return self.state == PeriodState.FROZEN and (self.appeal_until_on is None or on <= self.appeal_until_on)

    @property
    def last_on(self) -> date:
        return self.month.replace(day=calendar.monthrange(self.month.year, self.month.month)[1])


class PeriodTransition(TransitionBase):
    """One step of a period."""

    subject = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="transitions")

    class Meta:
        verbose_name = "考核期流转"
        verbose_name_plural = "考核期流转"
