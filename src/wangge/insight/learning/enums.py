"""Choices of learning."""

from __future__ import annotations

from django.db.models import TextChoices


class ModelState(TextChoices):
    ACTIVE = "active", "使用中"
    WORSE = "worse", "未启用"
    RETIRED = "retired", "已替换"
