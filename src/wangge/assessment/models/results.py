"""What a round of reckoning found. Rows of a round above 0 are never changed: a trigger refuses it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from wangge.assessment.enums import RoundKind, Subject
from wangge.assessment.models.definitions import Definition, Scheme
from wangge.assessment.models.periods import Period, Unit


class Round(models.Model):
    """A reckoning of a period; 0 is the running one of an open month.

    ``facts`` says by which definition each fact was counted (``Fact.definition``); later rounds count nothing anew.
    """

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="rounds")
    number = models.PositiveSmallIntegerField("版次")
    kind = models.CharField("种类", max_length=12, choices=RoundKind.choices)
    reason = models.TextField("理由", blank=True)
    at = models.DateTimeField("时间")
    by_label = models.CharField("经办", max_length=80)
    facts = models.JSONField("数据项口径", default=dict, blank=True, db_default={})

    class Meta:
        verbose_name = "版次"
        verbose_name_plural = "版次"
        constraints = [models.UniqueConstraint(fields=["period", "number"], name="round_once")]

    def __str__(self) -> str:
        return f"第{self.number}版"


class Trace(models.Model):
    """How often ``measure`` (a fact with what is left out of it) occurred for a unit, and in which cases.

    ``cases`` holds a case as often as it counts. Where the fact counts other things than cases, ``rows`` holds these
    (of ``subject``) likewise, and ``amounts`` beside each what it is worth (empty: one each). All are empty where a
    fact cannot say what it counted: ``number`` then comes from the daily facts. Taken at the freeze, once: later
    rounds add adjustments.
    """

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="traces")
    frozen = models.BooleanField("已冻结", default=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    measure = models.CharField("量", max_length=80, db_collation="C")
    number = models.BigIntegerField("次数")
    cases = ArrayField(models.BigIntegerField(), default=list, verbose_name="事项")
    subject = models.CharField("对象", max_length=8, choices=Subject.choices, default=Subject.CASE)
    rows = ArrayField(models.BigIntegerField(), default=list, verbose_name="明细")
    amounts = ArrayField(models.BigIntegerField(), default=list, verbose_name="分值")

    class Meta:
        verbose_name = "溯源"
        verbose_name_plural = "溯源"
        constraints = [models.UniqueConstraint(fields=["period", "unit", "measure"], name="trace_once")]

    def __str__(self) -> str:
        return f"{self.measure}={self.number}"


class Adjustment(models.Model):
    """A change of a trace after the freeze, by an accepted appeal, an exclusion or an amendment."""

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="adjustments")
    round = models.PositiveSmallIntegerField("版次")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    measure = models.CharField("量", max_length=80, db_collation="C")
    case_id = models.BigIntegerField("事项", null=True, blank=True)
    delta = models.IntegerField("增减")
    reason = models.CharField("理由", max_length=300)
    appeal_id = models.BigIntegerField("申诉", null=True, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "调整"
        verbose_name_plural = "调整"
        indexes = [models.Index(fields=["period", "unit", "measure"], name="adjustment_of")]

    def __str__(self) -> str:
        return f"{self.measure} {self.delta:+d}"


class Figure(models.Model):
    """An indicator of a unit in a round. ``value`` is empty when there is nothing to divide by."""

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="figures")
    round = models.PositiveSmallIntegerField("版次")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    definition = models.ForeignKey(Definition, on_delete=models.PROTECT, related_name="+")
    numerator = models.DecimalField("分子", max_digits=14, decimal_places=2)
    denominator = models.DecimalField("分母", max_digits=14, decimal_places=2, null=True)
    value = models.FloatField("值", null=True)

    class Meta:
        verbose_name = "指标值"
        verbose_name_plural = "指标值"
        constraints = [
            models.UniqueConstraint(fields=["period", "round", "unit", "definition"], name="figure_once"),
        ]
        indexes = [models.Index(fields=["unit", "definition"], name="figure_unit")]

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


class Score(models.Model):
    """The result of a unit in a round, with every step that led to it (``steps``: see ``scoring.Line``)."""

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="scores")
    round = models.PositiveSmallIntegerField("版次")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="scores")
    group = models.CharField("组别", max_length=12)
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="+")
    total = models.DecimalField("得分", max_digits=6, decimal_places=2, null=True)
    place = models.PositiveIntegerField("名次", null=True)
    ranked = models.PositiveIntegerField("参加排名单位数", default=0)
    sample = models.PositiveIntegerField("样本", default=0)
    volume = models.PositiveIntegerField("诉求量", default=0)
    low = models.FloatField("区间下限", null=True)
    high = models.FloatField("区间上限", null=True)
    on_list = models.CharField("榜单", max_length=6, blank=True)
    steps = models.JSONField("得分步骤", default=list)

    class Meta:
        verbose_name = "得分"
        verbose_name_plural = "得分"
        constraints = [models.UniqueConstraint(fields=["period", "round", "unit"], name="score_once")]
        indexes = [models.Index(fields=["period", "round", "group", "place"], name="score_place")]

    def __str__(self) -> str:
        return f"{self.total}"
