"""Both sides judge each other: ratings of departments, judgements of the whistle, appeals against either."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from wangge.organization.models import Office
from wangge.whistle import enums
from wangge.whistle.models.whistles import Summons, Whistle


def _score(label: str) -> models.PositiveSmallIntegerField[int, int]:
    return models.PositiveSmallIntegerField(label, validators=[MinValueValidator(1), MaxValueValidator(5)])


class Rating(models.Model):
    """The street rates one department, one to five points each; punctuality is reckoned from its clocks."""

    summons = models.OneToOneField(Summons, on_delete=models.PROTECT, related_name="rating")
    punctuality = _score("及时")
    rank = _score("到场级别")
    plan = _score("方案")
    result = _score("结果")
    attitude = _score("态度")
    comment = models.CharField("评语", max_length=500, blank=True)
    total = models.DecimalField("总分", max_digits=5, decimal_places=1)
    set_aside = models.BooleanField("不计入考核", default=False)
    at = models.DateTimeField("评价时间")
    by_id = models.BigIntegerField("评价人", null=True)

    class Meta:
        verbose_name = "部门评价"
        verbose_name_plural = "部门评价"
        indexes = [models.Index(fields=["at"], name="whistle_rating_at")]
        constraints = [
            models.CheckConstraint(
                name="whistle_rating_in_bounds",
                condition=Q(
                    punctuality__range=(1, 5),
                    rank__range=(1, 5),
                    plan__range=(1, 5),
                    result__range=(1, 5),
                    attitude__range=(1, 5),
                    total__range=(0, 100),
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.summons_id}: {self.total}"


class Judgement(models.Model):
    """What one department, or the command centre, thinks of the whistle. One an office."""

    whistle = models.ForeignKey(Whistle, on_delete=models.PROTECT, related_name="judgements")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    verdict = models.CharField("研判", max_length=10, choices=enums.Verdict.choices)
    reason = models.CharField("理由", max_length=500, blank=True)
    final = models.BooleanField("区指挥中心意见", default=False)
    set_aside = models.BooleanField("不计入考核", default=False)
    at = models.DateTimeField("时间")
    by_id = models.BigIntegerField("研判人", null=True)

    class Meta:
        verbose_name = "吹哨研判"
        verbose_name_plural = "吹哨研判"
        indexes = [models.Index(fields=["at"], name="whistle_judgement_at")]
        constraints = [
            models.UniqueConstraint(fields=["whistle", "office"], name="judgement_once"),
            models.UniqueConstraint(fields=["whistle"], name="judgement_one_final", condition=Q(final=True)),
            models.CheckConstraint(name="judgement_improper_says_why", condition=Q(verdict="proper") | ~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.whistle_id}/{self.office_id}: {self.verdict}"


class Appeal(models.Model):
    """Against a rating (by the department) or a judgement (by the street); decided once, by somebody else."""

    rating = models.OneToOneField(
        Rating, on_delete=models.PROTECT, null=True, blank=True, related_name="appeal", verbose_name="评价"
    )
    judgement = models.OneToOneField(
        Judgement, on_delete=models.PROTECT, null=True, blank=True, related_name="appeal", verbose_name="研判"
    )
    reason = models.TextField("理由", max_length=2000)
    state = models.CharField(
        "状态", max_length=10, choices=enums.AppealState.choices, default=enums.AppealState.PENDING
    )
    decision = models.TextField("裁定意见", blank=True)
    at = models.DateTimeField("申诉时间")
    by_id = models.BigIntegerField("申诉人", null=True)
    decided_at = models.DateTimeField("裁定时间", null=True, blank=True)
    decided_by_id = models.BigIntegerField("裁定人", null=True, blank=True)

    class Meta:
        verbose_name = "申诉"
        verbose_name_plural = "申诉"
        indexes = [models.Index(fields=["at"], name="whistle_appeal_pending", condition=Q(state="pending"))]
        constraints = [
            models.CheckConstraint(
                name="appeal_against_one",
                condition=Q(rating__isnull=False, judgement__isnull=True)
                | Q(rating__isnull=True, judgement__isnull=False),
            ),
            models.CheckConstraint(
                name="appeal_decided_says_why",
                condition=Q(state="pending") | (~Q(decision="") & Q(decided_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"申诉#{self.pk}"
