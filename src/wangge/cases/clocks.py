"""The clocks of a case: sign, contact, finish. Every change keeps ``next_due_at`` and ``finish_due_at`` true,
so that everyone sees the same number. The caller (a flow step) saves the case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from wangge.cases.enums import ClockName
from wangge.cases.models import Case, CaseClock
from wangge.kernel import rows
from wangge.kernel.calendar import clocks as kernel
from wangge.kernel.calendar.units import Limit, Unit

ALL = (ClockName.SIGN, ClockName.CONTACT, ClockName.FINISH)


def limit_of(case: Case, name: str) -> Limit:
    """The limit copied at dispatch for the clock (or the extension) ``name``."""
    value, unit = case.limits[name]
    return Limit(value, Unit(unit))


def restart(case: Case, now: datetime) -> None:
    """A fresh dispatch: end what ran before and start all clocks that apply."""
    stop(case, now)
    names = [n for n in ALL if n != ClockName.CONTACT or (case.reply_wanted and not case.is_anonymous)]
    _save_new(case, [CaseClock(case=case, **kernel.begin(name=n, limit=limit_of(case, n), now=now)) for n in names])


def start(case: Case, name: ClockName, now: datetime) -> None:
    """Start one clock anew (rework, reopening); a running one of that name is stopped first."""
    stop(case, now, names=[name])
    _save_new(case, [CaseClock(case=case, **kernel.begin(name=name, limit=limit_of(case, name), now=now))])


def stop(case: Case, now: datetime, *, names: Sequence[str] = ALL) -> None:
    """Stop the named clocks for good."""
    if case.dispatched_at is None:
        return
    kernel.stop_all(CaseClock, now, case_id=case.pk, name=names)
    _show(case, [] if len(names) == len(ALL) else _open(case))


def pause(case: Case, now: datetime) -> None:
    """Stop time running on every open clock (return under review, suspension)."""
    _change(case, lambda clock: kernel.pause(clock, now) if clock.paused_at is None else [])


def resume(case: Case, now: datetime) -> None:
    """Let time run again; what was left at the pause is left now."""
    _change(case, lambda clock: kernel.resume(clock, now) if clock.paused_at is not None else [])


def extend(case: Case, now: datetime) -> None:
    """Grant the extension of the limit class on the finish clock."""
    extra = limit_of(case, "extension")
    _change(case, lambda clock: kernel.extend(clock, extra, now) if clock.name == ClockName.FINISH else [])


def _open(case: Case) -> list[CaseClock]:
    return list(CaseClock.objects.filter(case=case, stopped_at__isnull=True).order_by("pk"))


def _change(case: Case, change: Callable[[CaseClock], list[str]]) -> None:
    if case.dispatched_at is None:
        return
    clocks = _open(case)
    for clock in clocks:
        if fields := change(clock):
            clock.save(update_fields=fields)
    _show(case, clocks)


def _save_new(case: Case, new: list[CaseClock]) -> None:
    rows.insert_all(new)
    _show(case, _open(case) if len(new) == 1 else new)


def _show(case: Case, clocks: list[CaseClock]) -> None:
    running = [clock for clock in clocks if clock.running]
    case.next_due_at = min((clock.due_at for clock in running), default=None)
    finish = [clock.due_at for clock in clocks if clock.name == ClockName.FINISH and clock.stopped_at is None]
    if finish:
        case.finish_due_at = finish[0]
