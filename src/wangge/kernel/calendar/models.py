"""Days and years entered by hand, and the abstract clock."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from wangge.kernel.calendar.days import FIRST, LAST
from wangge.kernel.calendar.units import Limit, Unit


class CalendarDay(models.Model):
    """One day that differs from what is otherwise known; the last word on that day."""

    day = models.DateField("日期", unique=True, validators=[MinValueValidator(FIRST), MaxValueValidator(LAST)])
    is_workday = models.BooleanField("上班")
    note = models.CharField("说明", max_length=60, blank=True)

    class Meta:
        verbose_name = "日历日"
        verbose_name_plural = "日历日"
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {'班' if self.is_workday else '休'} {self.note}".rstrip()


class CalendarYear(models.Model):
    """A year whose notice has been entered completely into ``CalendarDay``: it is known from then on."""

    year = models.PositiveSmallIntegerField(
        "年份", unique=True, validators=[MinValueValidator(FIRST.year), MaxValueValidator(LAST.year)]
    )
    source = models.CharField("依据", max_length=120, blank=True)

    class Meta:
        verbose_name = "日历年"
        verbose_name_plural = "日历年"
        ordering = ["year"]

    def __str__(self) -> str:
        return f"{self.year}年"


class Outcome(models.TextChoices):
    ON_TIME = "on_time", "按期"
    LATE = "late", "超期"


# The instant at which something is to be done about a running clock: it is warned about, then escalated.
NEXT: Final = models.Case(models.When(warned_at__isnull=True, then="warn_at"), default="due_at")


class ClockQuerySet(models.QuerySet):  # type: ignore[type-arg]
    """Row filters shared by every clock. Use ``objects = ClockQuerySet.as_manager()`` in the concrete class."""

    def running(self) -> ClockQuerySet:
        """Neither stopped nor paused."""
        return self.filter(stopped_at__isnull=True, paused_at__isnull=True)

    def open(self) -> ClockQuerySet:
        """Not stopped (running or paused)."""
        return self.filter(stopped_at__isnull=True)

    def due_to_warn(self, now: datetime) -> ClockQuerySet:
        """Running, past the warning instant and neither warned about nor escalated; most urgent first."""
        return self._next_by(now).filter(warned_at__isnull=True, warn_at__lte=now).order_by("warn_at", "pk")

    def due_to_escalate(self, now: datetime) -> ClockQuerySet:
        """Running, past the due instant and not yet escalated; longest overdue first."""
        return self._next_by(now).filter(due_at__lt=now).order_by("due_at", "pk")

    def _next_by(self, now: datetime) -> ClockQuerySet:
        """Running, with something to be done about them by ``now``: what the index of ``clock_indexes`` finds."""
        waiting: ClockQuerySet = self.running().filter(escalated_at__isnull=True).alias(next_at=NEXT)
        return waiting.filter(next_at__lte=now)


class ClockBase(models.Model):
    """A time limit running against something. The concrete class adds the foreign key to its subject.

    Changed only through ``clocks.py``. ``due_at`` is always right while the clock runs; while it is paused it is
    the instant it had at the pause, and moves on resuming. Add ``indexes = clock_indexes("case_clock")`` and
    ``constraints = clock_constraints("case_clock")`` to the concrete Meta.
    """

    name = models.CharField("时限", max_length=24)
    limit_value = models.PositiveIntegerField("时限值")
    limit_unit = models.CharField("时限单位", max_length=12, choices=Unit)
    started_at = models.DateTimeField("开始时间")
    due_at = models.DateTimeField("截止时间")
    warn_at = models.DateTimeField("预警时间")
    paused_at = models.DateTimeField("暂停时间", null=True, blank=True)
    stopped_at = models.DateTimeField("停止时间", null=True, blank=True)
    warned_at = models.DateTimeField("已预警时间", null=True, blank=True)
    escalated_at = models.DateTimeField("已升级时间", null=True, blank=True)
    outcome = models.CharField("结果", max_length=8, choices=Outcome, blank=True, default="")

    class Meta:
        abstract = True

    @property
    def limit(self) -> Limit:
        return Limit(self.limit_value, Unit(self.limit_unit))

    @property
    def running(self) -> bool:
        return self.stopped_at is None and self.paused_at is None


def clock_indexes(prefix: str) -> list[models.Index]:
    """One partial index for the sweeper's questions; ``prefix`` at most 24 letters (index names end at 30)."""
    waiting = Q(stopped_at__isnull=True, paused_at__isnull=True, escalated_at__isnull=True)
    return [models.Index(NEXT, name=f"{prefix}_next", condition=waiting)]


def clock_constraints(prefix: str) -> list[models.BaseConstraint]:
    """What holds for every clock: an outcome exactly when stopped; never due or warned of before its start."""
    return [
        models.CheckConstraint(
            name=f"{prefix}_outcome",
            condition=Q(stopped_at__isnull=True, outcome="") | Q(stopped_at__isnull=False, outcome__in=Outcome.values),
        ),
        models.CheckConstraint(
            name=f"{prefix}_order",
            condition=Q(due_at__gte=F("started_at"), warn_at__gte=F("started_at"), warn_at__lte=F("due_at")),
        ),
    ]
