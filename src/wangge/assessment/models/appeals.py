"""What is disputed, what streets think of departments, and streets under rectification."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from wangge.assessment.enums import AppealKind, AppealState, RectificationState
from wangge.assessment.models.periods import Period, Unit
from wangge.assessment.models.workers import WorkerSheet
from wangge.cases.enums import ExclusionClass
from wangge.cases.models import Case
from wangge.kernel.access.models import PathField
from wangge.kernel.access.personal import Personal
from wangge.kernel.flow.models import TransitionBase, VersionedModel
from wangge.organization.notices import NoticeBase

BASIS = "履行法定职责（个人信息保护法第13条第3项；北京市接诉即办工作条例第32条）"


class Appeal(VersionedModel):
    """A unit (or a grid worker, with ``sheet``) says that a case or a figure should count otherwise."""

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="appeals")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="appeals")
    sheet = models.ForeignKey(WorkerSheet, on_delete=models.PROTECT, null=True, blank=True, related_name="appeals")
    kind = models.CharField("申诉", max_length=10, choices=AppealKind.choices)
    state = models.CharField("状态", max_length=10, choices=AppealState.choices, default=AppealState.SUBMITTED)
    indicator = models.CharField("指标", max_length=40, blank=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    exclusion_class = models.CharField("剔除类别", max_length=16, choices=ExclusionClass.choices, blank=True)
    reason = models.TextField("理由", max_length=2000)
    path = PathField("区划")
    office_ids = ArrayField(models.BigIntegerField(), default=list, verbose_name="单位")
    by_id = models.BigIntegerField("申诉人")
    at = models.DateTimeField("申诉时间")
    decided_by_id = models.BigIntegerField("裁定人", null=True, blank=True)
    decided_at = models.DateTimeField("裁定时间", null=True, blank=True)
    decision = models.TextField("裁定意见", blank=True)
    # When the grid worker read how it was decided; units have ``AppealNotice``.
    seen_at = models.DateTimeField("申诉人已阅", null=True, blank=True)

    personal_data: ClassVar[dict[str, Personal]] = {
        "reason": Personal("裁定考核申诉", BASIS, "申诉单位和裁定人", "随考核档案"),
        "by_id": Personal("裁定考核申诉", BASIS, "申诉单位和裁定人", "随考核档案"),
    }

    class Meta:
        verbose_name = "申诉"
        verbose_name_plural = "申诉"
        constraints = [
            models.CheckConstraint(
                name="appeal_of_one", condition=Q(unit__isnull=False, sheet=None) | Q(unit=None, sheet__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["period", "unit", "case", "kind", "indicator"],
                name="appeal_one_pending",
                condition=Q(state=AppealState.SUBMITTED, unit__isnull=False),
                nulls_distinct=False,
            ),
        ]
        indexes = [
            models.Index(fields=["-at"], name="appeal_at"),
            models.Index(fields=["period", "state"], name="appeal_period_state"),
            models.Index(
                fields=["by_id"], name="appeal_worker_unseen",
                condition=Q(sheet__isnull=False, decided_at__isnull=False, seen_at__isnull=True),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()}#{self.pk}"


class AppealTransition(TransitionBase):
    """One step of an appeal."""

    subject = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="transitions")

    class Meta:
        verbose_name = "申诉流转"
        verbose_name_plural = "申诉流转"


class AppealNotice(NoticeBase):
    """What an office has to know about its unit's appeal: how it was decided (``kind``: the state it came to)."""

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField("类别", max_length=10, choices=AppealState.choices)

    class Meta:
        verbose_name = "考核提醒"
        verbose_name_plural = "考核提醒"
        indexes = [
            models.Index(fields=["office_id", "-at"], name="appeal_notice_unseen", condition=Q(seen_at__isnull=True))
        ]


class Evaluation(VersionedModel):
    """A street's yearly marks for a department (O01), one row per pair and year; 0 is the version of none."""

    year = models.PositiveSmallIntegerField("年度")
    street = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="evaluations_given")
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="evaluations")
    punctual = models.PositiveSmallIntegerField("响应及时")
    cooperation = models.PositiveSmallIntegerField("配合程度")
    result = models.PositiveSmallIntegerField("解决效果")
    attitude = models.PositiveSmallIntegerField("服务态度")
    comment = models.CharField("意见", max_length=300, blank=True)
    at = models.DateTimeField("时间")
    by_id = models.BigIntegerField("评议人")

    class Meta:
        verbose_name = "街道评议"
        verbose_name_plural = "街道评议"
        constraints = [
            models.UniqueConstraint(fields=["year", "street", "department"], name="evaluation_once"),
            *(
                models.CheckConstraint(name=f"evaluation_{name}", condition=Q(**{f"{name}__lte": 25}))
                for name in ("punctual", "cooperation", "result", "attitude")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.total}"

    @property
    def total(self) -> int:
        return self.punctual + self.cooperation + self.result + self.attitude


class Rectification(VersionedModel):
    """A street under rectification (治理类街乡镇), from the proposal by rule to its end."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="rectifications")
    state = models.CharField(
        "状态", max_length=10, choices=RectificationState.choices, default=RectificationState.PROPOSED
    )
    proposed_by = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="+", verbose_name="依据考核期")
    grounds = models.TextField("列入依据")
    plan = models.TextField("治理措施", blank=True)
    entered_on = models.DateField("列入日期", null=True, blank=True)
    leave_grounds = models.TextField("退出依据", blank=True)
    left_on = models.DateField("退出日期", null=True, blank=True)

    class Meta:
        verbose_name = "治理类街乡镇"
        verbose_name_plural = "治理类街乡镇"
        constraints = [
            models.UniqueConstraint(
                fields=["unit"], name="rectification_one_open", condition=~Q(state__in=["left", "declined"])
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.get_state_display()}"
