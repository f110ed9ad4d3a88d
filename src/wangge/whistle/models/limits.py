"""The limits of whistles: rows by kind and division, from a day until a day."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from wangge.kernel.access.models import PathField
from wangge.kernel.calendar.units import Limit, Unit
from wangge.kernel.periods import VALID, InForceQuerySet
from wangge.whistle import enums


def _value(label: str) -> models.PositiveIntegerField[int, int]:
    return models.PositiveIntegerField(label)


def _unit(label: str) -> models.CharField[str, str]:
    return models.CharField(label, max_length=20, choices=Unit)


class WhistleLimit(models.Model):
    """The limits of a kind of whistle at a place; the longest path in force wins, ``''`` is everywhere."""

    kind = models.CharField("哨种", max_length=12, choices=enums.WhistleKind.choices)
    path = PathField("适用范围", blank=True, default="")
    sign_value, sign_unit = _value("签收时限"), _unit("签收时限单位")
    arrive_value, arrive_unit = _value("到场时限"), _unit("到场时限单位")
    plan_value, plan_unit = _value("方案时限"), _unit("方案时限单位")
    report_value, report_unit = _value("反馈时限"), _unit("反馈时限单位")
    check_value, check_unit = _value("核实时限"), _unit("核实时限单位")
    decide_value, decide_unit = _value("异议裁定时限"), _unit("异议裁定时限单位")
    raise_value, raise_unit = _value("提级时限"), _unit("提级时限单位")
    radius_m = models.PositiveIntegerField("签到半径（米）", default=300)
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)
    source = models.CharField("依据", max_length=200, blank=True)

    objects = InForceQuerySet.as_manager()

    class Meta:
        verbose_name = "吹哨时限"
        verbose_name_plural = "吹哨时限"
        constraints = [
            models.CheckConstraint(name="whistle_limit_period", condition=VALID),
            models.UniqueConstraint(
                fields=["kind", "path"], name="whistle_limit_one_open", condition=Q(valid_to__isnull=True)
            ),
            models.CheckConstraint(
                name="whistle_limit_positive",
                condition=Q(
                    sign_value__gte=1,
                    arrive_value__gte=1,
                    plan_value__gte=1,
                    report_value__gte=1,
                    check_value__gte=1,
                    decide_value__gte=1,
                    raise_value__gte=1,
                ),
            ),
            models.CheckConstraint(name="whistle_limit_radius", condition=Q(radius_m__range=(20, 5000))),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.path or '全部'} {self.valid_from}"

    def of(self, name: str) -> Limit:
        """The limit called ``name`` (``enums.LimitName``)."""
        return Limit(getattr(self, f"{name}_value"), Unit(getattr(self, f"{name}_unit")))
