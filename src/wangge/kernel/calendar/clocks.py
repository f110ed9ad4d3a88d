"""Running a clock: functions that fill or change its fields in memory. The caller saves.

``Clock(case=case, **begin(name="finish", limit=limit, now=now))`` makes one; the others take the row, change it and
return the names of the fields they changed, for ``save(update_fields=…)``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from wangge.kernel import rows
from wangge.kernel.calendar import working
from wangge.kernel.calendar.models import ClockBase, Outcome
from wangge.kernel.calendar.units import Limit, Unit, measure_word

# Without a warning limit of its own a clock warns when a quarter of its time is left.
WARN_SHARE: Final = 0.25
# The outcome of a clock that stops now, as ``stop`` says it.
_OUTCOME: Final = f"CASE WHEN coalesce(paused_at, %s) <= due_at THEN '{Outcome.ON_TIME}' ELSE '{Outcome.LATE}' END"


class ClockError(ValueError):
    """The clock is not in a state for this; nothing was changed."""


def begin(*, name: str, limit: Limit, now: datetime, warn: Limit | None = None) -> dict[str, Any]:
    """The fields of a new clock: due by ``limit`` from ``now``; warned of when ``warn`` is left (a quarter if None)."""
    due_at = working.due(now, limit)
    if warn is None:
        warn_at = _warn_at(now, due_at, working.elapsed(now, due_at, limit.unit) * WARN_SHARE, limit.unit)
    else:
        warn_at = _warn_at(now, due_at, warn.value, warn.unit)
    return {
        "name": name,
        "limit_value": limit.value,
        "limit_unit": limit.unit,
        "started_at": now,
        "due_at": due_at,
        "warn_at": warn_at,
    }


def pause(clock: ClockBase, now: datetime) -> list[str]:
    """Stop time running. Raises ClockError when stopped or already paused."""
    _must_be_open(clock)
    if clock.paused_at is not None:
        raise ClockError("计时已经暂停。")
    clock.paused_at = now
    return ["paused_at"]


def resume(clock: ClockBase, now: datetime) -> list[str]:
    """Let time run again; due and warning move so that what was left at the pause is left now, in the clock's unit.

    A clock that was overdue at its pause stays so: its due instant does not move.
    """
    _must_be_open(clock)
    if clock.paused_at is None:
        raise ClockError("计时没有暂停。")
    unit = Unit(clock.limit_unit)
    clock.due_at = working.shift(clock.due_at, clock.paused_at, now, unit)
    clock.warn_at = min(working.shift(clock.warn_at, clock.paused_at, now, unit), clock.due_at)
    clock.paused_at = None
    return ["due_at", "warn_at", "paused_at"]


def extend(clock: ClockBase, extra: Limit, now: datetime) -> list[str]:
    """Grant ``extra`` on top of the due instant; the warning keeps its distance. The limit itself stays as it was.

    Warned and escalated are cleared when the new instants lie ahead, so that they come again.
    """
    _must_be_open(clock)
    unit = Unit(clock.limit_unit)
    left = working.elapsed(clock.warn_at, clock.due_at, unit)
    clock.due_at = working.due(clock.due_at, extra)
    clock.warn_at = _warn_at(clock.started_at, clock.due_at, left, unit)
    changed = ["due_at", "warn_at"]
    if clock.warned_at is not None and clock.warn_at > now:
        clock.warned_at = None
        changed.append("warned_at")
    if clock.escalated_at is not None and clock.due_at > now:
        clock.escalated_at = None
        changed.append("escalated_at")
    return changed


def stop(clock: ClockBase, now: datetime) -> list[str]:
    """Stop for good: on time when the due instant has not passed (while paused, no time passes)."""
    _must_be_open(clock)
    clock.outcome = Outcome.ON_TIME if (clock.paused_at or now) <= clock.due_at else Outcome.LATE
    clock.stopped_at = now
    return ["stopped_at", "outcome"]


def stop_all(model: type[ClockBase], now: datetime, **of: Any) -> int:
    """Stop every open clock with these values (as ``rows`` compares them) as ``stop`` does; how many there were."""
    outcome = rows.Made(_OUTCOME, (now,))
    return rows.write(model, {"stopped_at": now, "outcome": outcome}, where={"stopped_at": None, **of})


def overdue(clock: ClockBase, now: datetime) -> bool:
    """Whether the limit is, or at its stop was, exceeded."""
    return _effective(clock, now) > clock.due_at


def remaining(clock: ClockBase, now: datetime) -> float:
    """What is left in the clock's own unit; negative when overdue; frozen while paused or stopped."""
    return working.elapsed(_effective(clock, now), clock.due_at, Unit(clock.limit_unit))


def share_used(clock: ClockBase, now: datetime) -> float:
    """How much of the time is used: 0 at the start, 1 at the due instant, more when overdue."""
    unit = Unit(clock.limit_unit)
    whole = working.elapsed(clock.started_at, clock.due_at, unit)
    return working.elapsed(clock.started_at, _effective(clock, now), unit) / whole if whole else 1.0


def describe(clock: ClockBase, now: datetime) -> str:
    """What is left, in words: 还剩2.5个工作日, 超期3小时, 已暂停(还剩4个工作日), 按期."""
    if clock.stopped_at is not None:
        return str(Outcome(clock.outcome).label)
    left = remaining(clock, now)
    unit = Unit(clock.limit_unit)
    if overdue(clock, now) and left > -0.05 and unit.working:
        # Overdue only by time in which nobody works: say it in plain hours.
        left, unit = working.elapsed(_effective(clock, now), clock.due_at, Unit.HOUR), Unit.HOUR
    number = f"{abs(left):.1f}".removesuffix(".0")
    text = f"{'超期' if overdue(clock, now) else '还剩'}{number}{measure_word(unit)}"
    return f"已暂停（{text}）" if clock.paused_at is not None else text


def _effective(clock: ClockBase, now: datetime) -> datetime:
    return clock.paused_at or clock.stopped_at or now


def _must_be_open(clock: ClockBase) -> None:
    if clock.stopped_at is not None:
        raise ClockError("计时已经停止。")


def _warn_at(start: datetime, due_at: datetime, left: float, unit: Unit) -> datetime:
    return min(max(working.back(due_at, left, unit), start), due_at)
