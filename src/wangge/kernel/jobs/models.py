"""What is left behind: a heartbeat per sweep, a receipt per job done."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Outcome(models.TextChoices):
    RUNNING = "running", "运行中"
    OK = "ok", "正常"
    PARTLY = "partly", "部分失败"
    FAILED = "failed", "失败"


class Heartbeat(models.Model):
    """The last run of a sweep. ``ran_at`` is its start."""

    name = models.CharField("名称", max_length=80, primary_key=True)
    ran_at = models.DateTimeField("运行时间")
    took = models.FloatField("用时（秒）", null=True)
    outcome = models.CharField("结果", max_length=8, choices=Outcome.choices)
    handled = models.PositiveIntegerField("处理条数", default=0)
    bad_rows = models.PositiveIntegerField("出错条数", default=0)
    failures = models.PositiveIntegerField("连续失败次数", default=0)
    error = models.TextField("错误", blank=True)

    class Meta:
        verbose_name = "定时任务心跳"
        verbose_name_plural = "定时任务心跳"

    def __str__(self) -> str:
        return f"{self.name} {self.ran_at:%F %T} {self.outcome}"


class JobReceipt(models.Model):
    """A job whose transaction committed. Written in that transaction; kept longer than the job."""

    job_id = models.BigIntegerField("任务", primary_key=True)
    at = models.DateTimeField("完成时间", db_default=Now())

    class Meta:
        verbose_name = "任务回执"
        verbose_name_plural = "任务回执"

    def __str__(self) -> str:
        return str(self.job_id)
