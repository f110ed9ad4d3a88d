"""The record, what of it still waits for its seal, and the seals."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now


class AuditEntry(models.Model):
    """One act. Append-only: triggers refuse UPDATE, DELETE and TRUNCATE, and set ``at`` themselves."""

    at = models.DateTimeField("时间", db_default=Now())
    action = models.CharField("操作", max_length=80)
    object_type = models.CharField("对象类别", max_length=60, blank=True)
    object_id = models.CharField("对象", max_length=64, blank=True)
    path = models.CharField("区划", max_length=17, blank=True, db_collation="C")
    actor_kind = models.CharField("操作者类别", max_length=12)
    actor_id = models.BigIntegerField("操作者", null=True)
    actor_label = models.CharField("操作者名称", max_length=80)
    office_id = models.BigIntegerField("机构", null=True)
    request_id = models.CharField("请求编号", max_length=40, blank=True)
    address = models.CharField("来源地址", max_length=45, blank=True)
    reason = models.TextField("理由", blank=True)
    changes = models.JSONField("变化", default=dict)

    class Meta:
        verbose_name = "审计记录"
        verbose_name_plural = "审计记录"
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="audit_object"),
            models.Index(fields=["actor_id", "-at"], name="audit_actor_at"),
            # Rows arrive in the order of time: a block range index answers "between these days" for nearly nothing.
            BrinIndex(fields=["at"], name="audit_at", autosummarize=True, pages_per_range=32),
        ]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.actor_label} {self.action} {self.object_type}:{self.object_id}"


class AuditPending(models.Model):
    """A queue: entries written and not yet sealed. Filled by the trigger of ``AuditEntry``, emptied by the sealer."""

    entry_id = models.BigIntegerField("记录", primary_key=True)

    class Meta:
        verbose_name = "待封存记录"
        verbose_name_plural = "待封存记录"

    def __str__(self) -> str:
        return str(self.entry_id)


class AuditSeal(models.Model):
    """The chain: position → entry. Append-only like the entries.

    ``content`` is the SHA-256 of the entry in its canonical form; ``digest`` the SHA-256 of the digest before it,
    the position, the entry's id, the instant of sealing and ``content`` (see ``chain.py``).
    """

    position = models.BigIntegerField("序号", primary_key=True)
    entry_id = models.BigIntegerField("记录", unique=True)
    content = models.BinaryField("内容哈希", max_length=32)
    digest = models.BinaryField("链哈希", max_length=32)
    sealed_at = models.DateTimeField("封存时间")

    class Meta:
        verbose_name = "审计封印"
        verbose_name_plural = "审计封印"

    def __str__(self) -> str:
        return f"{self.position}:{self.entry_id}"
