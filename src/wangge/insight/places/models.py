"""Names learned from addresses."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from wangge.kernel.access.models import PathField


class LearnedName(models.Model):
    """``share`` of the ``cases`` with the name in their address lie at ``path`` (a community or a grid)."""

    name = models.CharField("地名", max_length=40)
    path = PathField("所在")
    cases = models.PositiveIntegerField("件数")
    share = models.FloatField("占比")
    learned_on = models.DateField("习得日期")
    refused_at = models.DateTimeField("停用时间", null=True, blank=True)
    refused_by_id = models.BigIntegerField("停用人", null=True, blank=True)

    class Meta:
        verbose_name = "习得地名"
        verbose_name_plural = "习得地名"
        constraints = [
            models.UniqueConstraint(fields=["path", "name"], name="learned_name_once"),
            models.CheckConstraint(name="learned_name_share", condition=Q(share__gt=0, share__lte=1)),
        ]
        indexes = [models.Index(fields=["-cases", "-id"], include=["path"], name="learned_name_cases")]

    def __str__(self) -> str:
        return str(self.name)
