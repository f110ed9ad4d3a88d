"""Tables: rules, briefs, subscriptions, mailings. No verbs here: see ``actions.py``."""

from __future__ import annotations

from datetime import date, time
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from wangge.cockpit.enums import MailingState
from wangge.kernel.access.models import PathField, User
from wangge.kernel.access.personal import EncryptedField, Personal
from wangge.kernel.periods import VALID, in_force
from wangge.organization.models import Office

DEFAULT_HOUR = time(7, 0)


class BriefRulesQuerySet(models.QuerySet["BriefRules"]):
    def in_force(self, on: date) -> BriefRulesQuerySet:
        return self.filter(in_force(on))


class BriefRules(models.Model):
    """When the page is made below a place; the longest path in force wins. Without a row: seven o'clock, every day."""

    path = PathField("适用范围", blank=True, default="")
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)
    make_at = models.TimeField("生成时刻", default=DEFAULT_HOUR)
    rest_days = models.BooleanField("节假日也生成", default=True)
    enabled = models.BooleanField("启用", default=True)

    objects = BriefRulesQuerySet.as_manager()

    class Meta:
        verbose_name = "每日民情规则"
        verbose_name_plural = "每日民情规则"
        constraints = [
            models.UniqueConstraint(fields=["path", "valid_from"], name="brief_rules_once"),
            models.UniqueConstraint(fields=["path"], name="brief_rules_one_open", condition=Q(valid_to__isnull=True)),
            models.CheckConstraint(name="brief_rules_period", condition=VALID),
        ]

    def __str__(self) -> str:
        return f"每日民情规则 {self.path or '默认'} {self.valid_from}"


class Brief(models.Model):
    """One morning page of one unit, as it was made. ``office`` is empty for the page of a division.

    ``for_on`` is the morning; the figures are those of the day before. A trigger refuses any change of what was made.
    """

    path = PathField("区划", max_length=12)
    level = models.PositiveSmallIntegerField("层级")
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="机构"
    )
    office_ids = ArrayField(models.BigIntegerField(), default=list, verbose_name="相关单位")
    for_on = models.DateField("日期")
    headline = models.CharField("提要", max_length=300)
    content = models.JSONField("内容")
    digest = models.CharField("内容校验", max_length=64)
    made_at = models.DateTimeField("生成时间")
    sent_at = models.DateTimeField("投送时间", null=True, blank=True)

    class Meta:
        verbose_name = "每日民情"
        verbose_name_plural = "每日民情"
        indexes = [
            models.Index(fields=["-for_on", "path", "id"], name="brief_day_path"),
            models.Index(fields=["path", "-for_on"], name="brief_path_day"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["for_on", "path", "office"], nulls_distinct=False, name="brief_once"),
        ]

    def __str__(self) -> str:
        return f"每日民情 {self.for_on} {self.path}"


class BriefSubscription(models.Model):
    """A leader wants the page of a unit by mail. It ends with the wish, or when the right to read ends."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="用户")
    path = PathField("区划", max_length=12)
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="机构"
    )
    office_ids = ArrayField(models.BigIntegerField(), default=list, verbose_name="相关单位")
    email = EncryptedField("邮箱", null=True, blank=True)
    created_at = models.DateTimeField("订阅时间", auto_now_add=True)
    ended_at = models.DateTimeField("退订时间", null=True, blank=True)

    personal_data: ClassVar[dict[str, Personal]] = {
        "email": Personal(
            "投送每日民情", "履行法定职责（个人信息保护法第13条第3项）", "本人（其他人只见脱敏）", "退订即清除"
        ),
    }

    class Meta:
        verbose_name = "每日民情订阅"
        verbose_name_plural = "每日民情订阅"
        indexes = [models.Index(fields=["path"], name="brief_subscribed", condition=Q(ended_at__isnull=True))]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "path", "office"],
                nulls_distinct=False,
                condition=Q(ended_at__isnull=True),
                name="brief_subscription_once",
            ),
            models.CheckConstraint(
                name="brief_subscription_mail", condition=Q(ended_at__isnull=True) ^ Q(email__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} ← {self.path}"


class BriefMailing(models.Model):
    """One brief for one subscription: sent once, however often it is asked for."""

    brief = models.ForeignKey(Brief, on_delete=models.PROTECT, db_index=False, related_name="mailings")
    subscription = models.ForeignKey(BriefSubscription, on_delete=models.PROTECT, related_name="mailings")
    state = models.CharField("状态", max_length=8, choices=MailingState.choices, default=MailingState.WAITING)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    next_at = models.DateTimeField("下次时间", null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    error = models.CharField("错误", max_length=200, blank=True)

    class Meta:
        verbose_name = "每日民情投送"
        verbose_name_plural = "每日民情投送"
        indexes = [models.Index(fields=["next_at"], name="brief_mailing_due", condition=Q(state="waiting"))]
        constraints = [models.UniqueConstraint(fields=["brief", "subscription"], name="brief_mailing_once")]

    def __str__(self) -> str:
        return f"{self.brief_id} → {self.subscription_id}（{self.get_state_display()}）"
