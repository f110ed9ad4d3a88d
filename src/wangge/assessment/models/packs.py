"""The material of a monthly review."""

from __future__ import annotations

from django.db import models

from wangge.assessment.enums import PackState
from wangge.assessment.models.periods import Period


class Pack(models.Model):
    """A meeting pack: its content as it was made, the Word file and the charts as attachments."""

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="packs")
    round = models.PositiveSmallIntegerField("版次")
    state = models.CharField("状态", max_length=10, choices=PackState.choices, default=PackState.WAITING)
    progress = models.PositiveSmallIntegerField("进度", default=0)
    doing = models.CharField("正在做", max_length=80, blank=True)
    content = models.JSONField("内容", default=dict)
    notes = models.JSONField("提示", default=list)
    asked_by_id = models.BigIntegerField("申请人", null=True)
    asked_at = models.DateTimeField("申请时间")
    finished_at = models.DateTimeField("完成时间", null=True)

    class Meta:
        verbose_name = "点评材料"
        verbose_name_plural = "点评材料"
        indexes = [models.Index(fields=["period", "-asked_at"], name="pack_period")]

    def __str__(self) -> str:
        return f"点评材料#{self.pk}"
