"""Saved views and exports made in the background."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from wangge.kernel.access.personal import Personal


class SavedView(models.Model):
    """A query of a list that a user keeps under a name. Private to the user."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="用户")
    listing = models.CharField("列表", max_length=200)
    name = models.CharField("名称", max_length=40)
    query = models.TextField("条件", blank=True)
    created_at = models.DateTimeField("保存时间", db_default=Now())

    personal_data: ClassVar[dict[str, Personal]] = {
        "query": Personal(
            "重复使用本人的查询条件", "履行法定职责（个人信息保护法第13条第3项）", "本人", "本人删除为止"
        ),
    }

    class Meta:
        verbose_name = "常用查询"
        verbose_name_plural = "常用查询"
        constraints = [models.UniqueConstraint(fields=["user", "listing", "name"], name="saved_view_name")]

    def __str__(self) -> str:
        return self.name


class ExportState(models.TextChoices):
    WAITING = "waiting", "排队中"
    RUNNING = "running", "正在导出"
    DONE = "done", "已完成"
    FAILED = "failed", "失败"
    EXPIRED = "expired", "已过期清除"


class ExportKind(models.TextChoices):
    XLSX = "xlsx", "Excel 表格"
    CSV = "csv", "CSV 文本"


class Export(models.Model):
    """A list on its way into a file, for one user. The file goes after seven days, the row stays."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="用户")
    listing = models.CharField("列表", max_length=200)
    params = models.JSONField("列表参数", default=dict)
    title = models.CharField("名称", max_length=80)
    query = models.TextField("条件", blank=True)
    kind = models.CharField("格式", max_length=4, choices=ExportKind)
    state = models.CharField("状态", max_length=8, choices=ExportState, default=ExportState.WAITING)
    rows_total = models.PositiveBigIntegerField("应有行数", default=0)
    rows_done = models.PositiveBigIntegerField("已写行数", default=0)
    error = models.CharField("出错说明", max_length=200, blank=True)
    created_at = models.DateTimeField("申请时间", db_default=Now())
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)

    personal_data: ClassVar[dict[str, Personal]] = {
        "query": Personal(
            "按本人的查询条件生成文件", "履行法定职责（个人信息保护法第13条第3项）", "本人", "完成后即遮盖"
        ),
    }

    class Meta:
        verbose_name = "导出"
        verbose_name_plural = "导出"
        indexes = [models.Index(fields=["user", "-created_at"], name="export_user_created")]
        constraints = [
            models.CheckConstraint(
                name="export_finished",
                condition=models.Q(state__in=["waiting", "running"], finished_at__isnull=True)
                | models.Q(state__in=["done", "failed", "expired"], finished_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.get_state_display()}"

    @property
    def percent(self) -> int:
        return min(100, self.rows_done * 100 // self.rows_total) if self.rows_total else 0

    @property
    def file(self) -> Path:
        """Where the finished file lies; web and worker processes share the media folder."""
        return Path(settings.MEDIA_ROOT) / "exports" / f"{self.pk}.{self.kind}"
