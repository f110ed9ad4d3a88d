"""A grid worker's own sheet (E11): what counted in the month, line by line."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from wangge.assessment.models.periods import Period
from wangge.kernel.access.models import PathField
from wangge.kernel.access.personal import Personal
from wangge.kernel.periods import VALID, InForceQuerySet

BASIS = "人力资源管理（个人信息保护法第13条第2项）"


class WorkerItem(models.Model):
    """What counts for a grid worker from a day on: ``points`` each (negative: deducted), at most ``cap`` a month."""

    code = models.CharField("代码", max_length=24, db_collation="C")
    label = models.CharField("项目", max_length=40)
    points = models.DecimalField("每件分值", max_digits=5, decimal_places=2)
    cap = models.DecimalField("上限", max_digits=6, decimal_places=2)
    meaning = models.CharField("说明", max_length=200)
    sort = models.PositiveSmallIntegerField("排序", default=0)
    path = PathField("适用范围", blank=True, default="")
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)

    objects = InForceQuerySet.as_manager()

    class Meta:
        verbose_name = "网格员考核项"
        verbose_name_plural = "网格员考核项"
        constraints = [
            models.CheckConstraint(name="worker_item_period", condition=VALID),
            models.UniqueConstraint(fields=["path", "code", "valid_from"], name="worker_item_once"),
        ]

    def __str__(self) -> str:
        return self.label


class WorkerSheet(models.Model):
    """The sheet of one grid worker in one month; guarded by row-level security."""

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="sheets")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="人员")
    path = PathField("网格")
    office_ids = ArrayField(models.BigIntegerField(), default=list, verbose_name="单位")
    total = models.DecimalField("得分", max_digits=7, decimal_places=2, default=0)
    reckoned_at = models.DateTimeField("计算时间")

    personal_data: ClassVar[dict[str, Personal]] = {
        "user": Personal("网格员考核（E11）", BASIS, "本人；受理其申诉的负责人", "考核期后3年"),
        "total": Personal("网格员考核（E11）", BASIS, "本人；受理其申诉的负责人", "考核期后3年"),
    }

    class Meta:
        verbose_name = "个人考核单"
        verbose_name_plural = "个人考核单"
        constraints = [models.UniqueConstraint(fields=["period", "user"], name="sheet_once")]

    def __str__(self) -> str:
        return f"个人考核单#{self.pk}"


class WorkerLine(models.Model):
    """One line of a sheet: how many, how many taken back by an accepted appeal, how many points."""

    sheet = models.ForeignKey(WorkerSheet, on_delete=models.CASCADE, related_name="lines")
    item = models.ForeignKey(WorkerItem, on_delete=models.PROTECT, related_name="+")
    cases = ArrayField(models.BigIntegerField(), default=list, verbose_name="事项")
    number = models.PositiveIntegerField("件数")
    points = models.DecimalField("得分", max_digits=7, decimal_places=2)

    class Meta:
        verbose_name = "考核单明细"
        verbose_name_plural = "考核单明细"
        constraints = [models.UniqueConstraint(fields=["sheet", "item"], name="worker_line_once")]

    def __str__(self) -> str:
        return f"{self.number}"
