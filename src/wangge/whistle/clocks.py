"""The clocks of a summons: sign, arrive, plan, report; check while the street has a report to check, decide while it
objects.

Every change keeps ``next_due_at`` of summons and whistle true.
A clock that was escalated has a further limit (``raise``): past it the district leader is told, of a late check the
command centre.

The caller (a step) saves the summons; the whistle's own instant is written here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db.models import Min

from wangge.kernel.calendar import clocks as kernel
from wangge.kernel.calendar import working
from wangge.kernel.calendar.units import Limit, Unit
from wangge.whistle.enums import OFFICE_CLOCKS, ClockName, WhistleState
from wangge.whistle.limits import defaults
from wangge.whistle.models import Summons, SummonsClock, Whistle

# Those of a summons that objects to nothing.
NOT_OBJECTING = (*OFFICE_CLOCKS, ClockName.CHECK)
# What ``show`` sets on a summons.
SHOWN = ("next_due_at", "due_name", "raised_at")


def limit_of(whistle: Whistle, name: str) -> Limit:
    """The limit copied when the whistle was blown; the built-in one where none of that name was known then."""
    if name not in whistle.limits:
        return defaults(whistle.kind)[name]
    value, unit = whistle.limits[name]
    return Limit(value, Unit(unit))


def start(summons: Summons, names: Sequence[str], now: datetime) -> None:
    """Start these clocks; running ones of the same names are stopped first."""
    kernel.stop_all(SummonsClock, now, summons_id=summons.pk, name=names)
    SummonsClock.objects.bulk_create(
        SummonsClock(summons=summons, **kernel.begin(name=n, limit=limit_of(summons.whistle, n), now=now))
        for n in names
    )
    show(summons)


def stop(summons: Summons, now: datetime, *, names: Sequence[str] = tuple(ClockName.values)) -> None:
    """Stop the named clocks for good."""
    kernel.stop_all(SummonsClock, now, summons_id=summons.pk, name=names)
    show(summons)


def pause(summons: Summons, now: datetime) -> None:
    """No time passes for the office while its objection is decided, for anybody while the whistle is suspended."""
    _change(summons, lambda clock: kernel.pause(clock, now) if clock.paused_at is None else [])


def resume(summons: Summons, now: datetime, *, names: Sequence[str] = NOT_OBJECTING) -> None:
    """What was left at the pause is left now, of the way to the district leader too."""
    _change(summons, lambda clock: _resume(clock, now) if clock.paused_at is not None and clock.name in names else [])


def object_to(summons: Summons, now: datetime) -> None:
    """The office's time stands still; the command centre's begins."""
    pause(summons, now)
    start(summons, [ClockName.DECIDE], now)


def decide(summons: Summons, now: datetime) -> bool | None:
    """The objection is decided: whether in time; None where no limit was counted."""
    clock = SummonsClock.objects.filter(summons=summons, name=ClockName.DECIDE, stopped_at__isnull=True).first()
    stop(summons, now, names=[ClockName.DECIDE])
    return None if clock is None else not kernel.overdue(clock, now)


def check(summons: Summons, now: datetime) -> None:
    """The office's clocks are over; the street's begins."""
    stop(summons, now)
    start(summons, [ClockName.CHECK], now)


def again(summons: Summons, now: datetime) -> None:
    """The office has to report once more."""
    stop(summons, now, names=[ClockName.CHECK])
    start(summons, [ClockName.REPORT], now)


def _resume(clock: SummonsClock, now: datetime) -> list[str]:
    if clock.raise_at is None or clock.paused_at is None:
        return kernel.resume(clock, now)
    clock.raise_at = working.shift(clock.raise_at, clock.paused_at, now, Unit(clock.limit_unit))
    return [*kernel.resume(clock, now), "raise_at"]


def _change(summons: Summons, change: Callable[[SummonsClock], list[str]]) -> None:
    for clock in SummonsClock.objects.filter(summons=summons, stopped_at__isnull=True).order_by("pk"):
        if fields := change(clock):
            clock.save(update_fields=fields)
    show(summons)


def show(summons: Summons) -> None:
    """The nearest running limit of the summons, in memory; its caller saves it and then calls ``show_whistle``."""
    order = {name: place for place, name in enumerate(ClockName.values)}
    running = list(SummonsClock.objects.filter(summons=summons, stopped_at__isnull=True, paused_at__isnull=True))
    first = min(running, key=lambda c: (c.due_at, order[c.name]), default=None)
    summons.next_due_at = first.due_at if first is not None else None
    summons.due_name = first.name if first is not None else ""
    leaders = (clock.raised_at for clock in running if clock.name != ClockName.CHECK)
    summons.raised_at = min((at for at in leaders if at is not None), default=None)


def show_whistle(whistle_id: int) -> None:
    """The nearest limit of all its summonses, on the row that boards and lists read."""
    nearest = Summons.objects.filter(whistle_id=whistle_id).aggregate(nearest=Min("next_due_at"))["nearest"]
    Whistle.objects.filter(pk=whistle_id, state=WhistleState.RUNNING).update(next_due_at=nearest)
