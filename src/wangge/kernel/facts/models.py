"""The facts, which of them are built, and which days wait to be built again."""

from __future__ import annotations

from django.db import models

from wangge.kernel.access.models import PathField


class DailyFact(models.Model):
    """How much of ``fact`` there was on ``day`` in one community, for one office and kind of matter.

    ``path`` has at most 12 digits; shorter when the matter belongs to no community. ``value`` is a whole number in
    the fact's unit: pieces, minutes, fen.
    """

    fact = models.CharField("事实", max_length=60, db_collation="C")
    day = models.DateField("日期")
    path = PathField("区划", max_length=12, blank=True)
    office_id = models.BigIntegerField("机构", null=True)
    kind_code = models.CharField("事项类别", max_length=20, blank=True, db_collation="C")
    value = models.BigIntegerField("数值")

    class Meta:
        verbose_name = "日事实"
        verbose_name_plural = "日事实"
        constraints = [
            # Identity, and the one index every sum is read from without touching the table: fact and day first,
            # so that the years outside the window cost nothing.
            models.UniqueConstraint(
                fields=["fact", "day", "path", "office_id", "kind_code"],
                include=["value"],
                nulls_distinct=False,
                name="facts_daily_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.path} {self.fact}={self.value}"


class FactBuilt(models.Model):
    """When a fact was last built for a day, by which definition (``Fact.definition``), and how many rows it gave.

    ``definition`` is empty for a day built before this was kept: nobody can say by which rule.
    """

    day = models.DateField("日期")
    fact = models.CharField("事实", max_length=60, db_collation="C")
    built_at = models.DateTimeField("计算时间")
    rows = models.PositiveIntegerField("行数")
    definition = models.CharField("口径", max_length=16, blank=True, db_default="", db_collation="C")

    class Meta:
        verbose_name = "事实计算记录"
        verbose_name_plural = "事实计算记录"
        constraints = [models.UniqueConstraint(fields=["day", "fact"], name="facts_built_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.fact} {self.rows}"


class StaleDay(models.Model):
    """A past day whose rows changed. Only ever inserted, as often as it happens, so that writers never meet."""

    day = models.DateField("日期", db_index=True)

    class Meta:
        verbose_name = "待重算日期"
        verbose_name_plural = "待重算日期"

    def __str__(self) -> str:
        return str(self.day)
