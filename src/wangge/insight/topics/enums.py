"""Choices of topics: their state, their trend, what a rise is about."""

from __future__ import annotations

from django.db.models import TextChoices


class TopicState(TextChoices):
    """Whether a topic still brings cases, and what a person made of it."""

    ACTIVE = "active", "活跃"
    QUIET = "quiet", "平息"
    MERGED = "merged", "已并入"
    ASIDE = "aside", "不作热点"


class Trend(TextChoices):
    """The last seven days against the weeks before."""

    NEW = "new", "新出现"
    RISING = "rising", "上升"
    STEADY = "steady", "持平"
    FALLING = "falling", "下降"
    OVER = "over", "已停"


class RiseLevel(TextChoices):
    """How sure it is that chance alone did not bring so many."""

    NOTICE = "notice", "关注"
    WARNING = "warning", "预警"
    ALARM = "alarm", "严重"
