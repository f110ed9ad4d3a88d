"""The unit of a time limit, and the limit itself."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models


class Unit(models.TextChoices):
    MINUTE = "minute", "分钟"
    HOUR = "hour", "小时"
    DAY = "day", "自然日"
    WORKING_HOUR = "working_hour", "工作小时"
    WORKING_DAY = "working_day", "工作日"

    @property
    def working(self) -> bool:
        """Whether only working time counts."""
        return self in (Unit.WORKING_HOUR, Unit.WORKING_DAY)


@dataclass(frozen=True, slots=True)
class Limit:
    """``value`` units of time, at least one. ``str(limit)`` reads 5个工作日, 2小时."""

    value: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.value < 1:
            raise ValueError(f"时限须为正整数，实为{self.value}。")
        object.__setattr__(self, "unit", Unit(self.unit))

    def __str__(self) -> str:
        return f"{self.value}{measure_word(self.unit)}"


def measure_word(unit: Unit) -> str:
    """The unit as it follows a number: 5个工作日, 30分钟, 3天."""
    return {
        Unit.MINUTE: "分钟",
        Unit.HOUR: "小时",
        Unit.DAY: "天",
        Unit.WORKING_HOUR: "个工作小时",
        Unit.WORKING_DAY: "个工作日",
    }[unit]
