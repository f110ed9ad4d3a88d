"""Systems that call, their buckets and keys; webhooks and their deliveries."""

from __future__ import annotations

import hashlib
import secrets
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from wangge.kernel.access.models import PathField
from wangge.kernel.access.personal import EncryptedField, Personal
from wangge.kernel.access.scopes import Scope

TOKEN_PREFIX = "wg_"  # noqa: S105 (lets scanners of leaked secrets recognise ours)


def new_token() -> str:
    """A token of 51 characters, 288 random bits."""
    return TOKEN_PREFIX + secrets.token_urlsafe(36)


def token_digest(token: str) -> bytes:
    """SHA-256: enough for a random token, and quick at every call."""
    return hashlib.sha256(token.encode()).digest()


class System(models.Model):
    """Another system that calls us. It sees what lies below ``path`` or touches ``office_id``."""

    name = models.CharField("名称", max_length=80, unique=True)
    digest = models.BinaryField("令牌散列", max_length=32, unique=True)
    hint = models.CharField("令牌尾号", max_length=4)
    scopes = ArrayField(models.CharField(max_length=60), verbose_name="权限范围", default=list)
    path = PathField("管辖范围", blank=True, default="")
    office_id = models.BigIntegerField("机构", null=True, blank=True)
    rate_per_minute = models.PositiveIntegerField("每分钟请求数", default=600)
    allowed_addresses = ArrayField(
        models.CharField(max_length=43), verbose_name="允许的来源地址", default=list, blank=True
    )
    is_active = models.BooleanField("启用", default=True)
    expires_on = models.DateField("到期日期", null=True, blank=True, help_text="当天起失效")
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="经办人"
    )
    ended_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        verbose_name = "接入系统"
        verbose_name_plural = "接入系统"
        constraints = [
            models.CheckConstraint(name="api_system_rate", condition=Q(rate_per_minute__gt=0)),
            models.CheckConstraint(
                name="api_system_path_digits", condition=Q(path="") | Q(path__regex=r"^[0-9]{2,17}$")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scope(self) -> Scope:
        """The rows the system sees."""
        return Scope((self.path,) if self.path else (), (self.office_id,) if self.office_id is not None else ())


class Bucket(models.Model):
    """A system's token bucket. Unlogged and of no worth after a crash: it then starts full."""

    system = models.OneToOneField(System, on_delete=models.CASCADE, primary_key=True, verbose_name="接入系统")
    tokens = models.FloatField("余量")
    refilled_at = models.DateTimeField("更新时间")

    class Meta:
        verbose_name = "限流余量"
        verbose_name_plural = "限流余量"

    def __str__(self) -> str:
        return f"{self.system_id}: {self.tokens:.1f}"


class IdempotencyKey(models.Model):
    """A request done once, and its answer, written in the same transaction as what it did."""

    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="+", verbose_name="接入系统")
    key = models.CharField("键", max_length=200)
    fingerprint = models.BinaryField("请求指纹", max_length=32)
    status = models.PositiveSmallIntegerField("状态码")
    content_type = models.CharField("内容类型", max_length=100)
    body = models.BinaryField("应答")
    location = models.CharField("Location", max_length=500, blank=True)
    created_at = models.DateTimeField("时间", auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = "幂等键"
        verbose_name_plural = "幂等键"
        constraints = [models.UniqueConstraint(fields=["system", "key"], name="api_idempotency_key_once")]

    def __str__(self) -> str:
        return f"{self.system_id}:{self.key}"


class Webhook(models.Model):
    """Where a system wants to be told of events. ``events`` are names or prefixes with ``*`` (``case.*``)."""

    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="webhooks", verbose_name="接入系统")
    url = models.URLField("地址", max_length=500)
    events = ArrayField(models.CharField(max_length=60), verbose_name="事件")
    secret = EncryptedField("签名密钥")
    is_active = models.BooleanField("启用", default=True)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    failing_since = models.DateTimeField("连续失败自", null=True, blank=True)
    disabled_at = models.DateTimeField("停用时间", null=True, blank=True)
    disabled_why = models.CharField("停用原因", max_length=200, blank=True)

    personal_data: ClassVar[dict[str, Personal]] = {
        "secret": Personal("回调签名", "系统对接需要，不含个人信息", "无人（仅系统签名）", "停用即失效")
    }

    class Meta:
        verbose_name = "回调"
        verbose_name_plural = "回调"
        constraints = [models.UniqueConstraint(fields=["system", "url"], name="api_webhook_once")]

    def __str__(self) -> str:
        return f"{self.system_id} → {self.url}"

    def wants(self, event: str) -> bool:
        return any(event.startswith(wanted[:-1]) if wanted.endswith("*") else event == wanted for wanted in self.events)


class DeliveryState(models.TextChoices):
    WAITING = "waiting", "待送达"
    DELIVERED = "delivered", "已送达"
    FAILED = "failed", "未送达"


class Delivery(models.Model):
    """One event for one webhook; kept 90 days after it ended."""

    webhook = models.ForeignKey(Webhook, on_delete=models.PROTECT, related_name="deliveries", verbose_name="回调")
    event = models.CharField("事件", max_length=60)
    path = PathField("区划", blank=True, default="")
    payload = models.JSONField("内容")
    state = models.CharField("状态", max_length=12, choices=DeliveryState, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    next_at = models.DateTimeField("下次时间", null=True, blank=True, default=timezone.now)
    answer_status = models.PositiveSmallIntegerField("对方状态码", null=True, blank=True)
    error = models.CharField("错误", max_length=300, blank=True)
    created_at = models.DateTimeField("产生时间", auto_now_add=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = "回调记录"
        verbose_name_plural = "回调记录"
        indexes = [
            models.Index(fields=["next_at"], name="api_delivery_due", condition=Q(state="waiting")),
            models.Index(fields=["webhook", "-created_at"], name="api_delivery_webhook"),
            models.Index(fields=["ended_at"], name="api_delivery_ended", condition=Q(ended_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.event} → {self.webhook_id} ({self.state})"
