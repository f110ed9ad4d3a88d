"""Rosters (值守名册): who would stand at which post, written in quiet times, taken up when an emergency begins."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from wangge.kernel.access.models import PathField, User
from wangge.kernel.periods import VALID, InForceQuerySet
from wangge.organization.models import Office

LONGEST_TURN_HOURS = 72
MOST_TURNS = 9


class Roster(models.Model):
    """The posts of a division for emergencies. Its turns follow one another, ``hours`` each, and begin anew."""

    path = PathField("适用区划", max_length=12)
    name = models.CharField("名册名称", max_length=60)
    hours = models.PositiveSmallIntegerField("每班小时数", default=12)
    valid_from = models.DateField("启用日期")
    valid_to = models.DateField("停用日期", null=True, blank=True)

    objects = InForceQuerySet.as_manager()

    class Meta:
        verbose_name = "值守名册"
        verbose_name_plural = "值守名册"
        constraints = [
            models.CheckConstraint(name="roster_period", condition=VALID),
            models.CheckConstraint(name="roster_hours", condition=Q(hours__range=(1, LONGEST_TURN_HOURS))),
            models.UniqueConstraint(
                fields=["path", "name"], name="roster_name_once", condition=Q(valid_to__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RosterMember(models.Model):
    """One person at one post in one turn. Taken off, the row stays."""

    roster = models.ForeignKey(Roster, on_delete=models.PROTECT, related_name="members")
    turn = models.PositiveSmallIntegerField("班次", default=1)
    post = models.CharField("岗位", max_length=60)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="值守人")
    left_at = models.DateTimeField("撤下时间", null=True, blank=True)

    class Meta:
        verbose_name = "名册人员"
        verbose_name_plural = "名册人员"
        ordering = ["turn", "pk"]
        constraints = [
            models.CheckConstraint(name="roster_member_turn", condition=Q(turn__range=(1, MOST_TURNS))),
            models.UniqueConstraint(
                fields=["roster", "turn", "user"], name="roster_member_once", condition=Q(left_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.turn} {self.post}"
