"""How far each series has been leased on each day."""

from __future__ import annotations

from django.db import models


class NumberSeries(models.Model):
    """``last`` is the last serial leased; serials up to it may be in use and are never leased again."""

    series = models.CharField("系列", max_length=40)
    day = models.DateField("日期")
    last = models.BigIntegerField("已发到")

    class Meta:
        verbose_name = "编号系列"
        verbose_name_plural = "编号系列"
        constraints = [models.UniqueConstraint(fields=["series", "day"], name="number_series_day")]

    def __str__(self) -> str:
        return f"{self.series} {self.day}: {self.last}"
