"""The fixed vocabulary of the morning page."""

from __future__ import annotations

from django.db.models import TextChoices


class MailingState(TextChoices):
    WAITING = "waiting", "待投送"
    SENT = "sent", "已投送"
    FAILED = "failed", "未送达"
    DROPPED = "dropped", "不再投送"
