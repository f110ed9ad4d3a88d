"""Wall screens (大屏): whoever has the address of one sees the live board of a place, and nothing else."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import F, Q

from wangge.kernel.access.models import PathField, User

LONGEST = timedelta(days=30)


class Display(models.Model):
    """One wall screen. Only the digest of its key is kept; it shows what ``made_by`` may see at that moment."""

    name = models.CharField("大屏名称", max_length=60)
    path = PathField("显示范围", max_length=12)
    digest = models.BinaryField("钥匙散列", max_length=32, unique=True)
    hint = models.CharField("钥匙尾号", max_length=4)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="建立人")
    made_at = models.DateTimeField("建立时间")
    expires_at = models.DateTimeField("到期时间")
    shown_at = models.DateTimeField("最近显示", null=True, blank=True)
    ended_at = models.DateTimeField("停用时间", null=True, blank=True)
    ended_by_id = models.BigIntegerField("停用人", null=True, blank=True)
    end_reason = models.CharField("停用理由", max_length=200, blank=True)

    class Meta:
        verbose_name = "大屏"
        verbose_name_plural = "大屏"
        indexes = [models.Index(fields=["path", "-id"], name="display_path")]
        constraints = [
            models.CheckConstraint(
                name="display_at_most_thirty_days",
                condition=Q(expires_at__gt=F("made_at"), expires_at__lte=F("made_at") + LONGEST),
            ),
            models.CheckConstraint(name="display_end_says_why", condition=Q(ended_at__isnull=True) | ~Q(end_reason="")),
        ]

    def __str__(self) -> str:
        return self.name
