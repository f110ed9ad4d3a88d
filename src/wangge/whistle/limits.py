"""The limits in force for a whistle: its row by kind and place, then what an emergency makes of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from django.utils import timezone

from wangge.kernel.calendar.units import Limit, Unit
from wangge.whistle.enums import ClockName, WhistleKind
from wangge.whistle.models import Posture, WhistleLimit
from wangge.whistle.postures import posture_at

# Where no row is in force. 30 minutes: Pinggu (G11); the rest is background.
DEFAULTS: Final[dict[str, tuple[Limit, Limit, Limit, Limit]]] = {
    WhistleKind.EMERGENCY: (
        Limit(5, Unit.MINUTE),
        Limit(30, Unit.MINUTE),
        Limit(2, Unit.HOUR),
        Limit(24, Unit.HOUR),
    ),
    WhistleKind.WORK: (
        Limit(2, Unit.WORKING_HOUR),
        Limit(1, Unit.WORKING_DAY),
        Limit(2, Unit.WORKING_DAY),
        Limit(7, Unit.WORKING_DAY),
    ),
    WhistleKind.HARD: (
        Limit(2, Unit.WORKING_HOUR),
        Limit(1, Unit.WORKING_DAY),
        Limit(3, Unit.WORKING_DAY),
        Limit(15, Unit.WORKING_DAY),
    ),
}
RADIUS_M: Final = 300


@dataclass(frozen=True, slots=True)
class Limits:
    """The four limits of a whistle blown now, with the radius of a check-in and where they come from."""

    of: dict[str, Limit]
    radius_m: int
    source: str
    posture: Posture | None = None

    def as_json(self) -> dict[str, Any]:
        return {name: [limit.value, limit.unit.value] for name, limit in self.of.items()}


def row_for(kind: str, path: str, on: date | None = None) -> WhistleLimit | None:
    """The row in force whose path is the longest prefix of ``path``."""
    rows = WhistleLimit.objects.in_force(on or timezone.localdate()).filter(kind=kind)
    return max((r for r in rows if path.startswith(r.path)), key=lambda r: (len(r.path), r.valid_from), default=None)


def routine(kind: str, path: str, on: date | None = None) -> Limits:
    """What holds in routine."""
    row = row_for(kind, path, on)
    if row is None:
        return Limits(dict(zip(ClockName.values, DEFAULTS[kind], strict=True)), RADIUS_M, "内置默认时限")
    place = f"（{row.path}）" if row.path else ""
    return Limits({name: row.of(name) for name in ClockName.values}, row.radius_m, f"{row.source or '时限表'}{place}")


def limits_for(kind: str, path: str, *, now: datetime | None = None) -> Limits:
    """What holds at ``path`` now: in an emergency shortened or replaced, else the routine."""
    now = now or timezone.now()
    found = routine(kind, path, timezone.localdate(now))
    posture = posture_at(path, now)
    if posture is None:
        return found
    own = {row.clock: Limit(row.value, Unit(row.unit)) for row in posture.limits.filter(kind=kind)}
    of = {name: own.get(name) or shortened(limit, posture.percent) for name, limit in found.of.items()}
    return replace(found, of=of, source=f"应急状态“{posture.title}”", posture=posture)


def shortened(limit: Limit, percent: int) -> Limit:
    """``limit`` times ``percent``; a share of a day or an hour is told in the next smaller unit, never less than one.

    A working day has eight working hours here, a day twenty-four hours, whatever the hours of the office.
    """
    if percent == 100:
        return limit
    smaller = {
        Unit.WORKING_DAY: (8, Unit.WORKING_HOUR),
        Unit.DAY: (24, Unit.HOUR),
        Unit.HOUR: (60, Unit.MINUTE),
    }
    value = limit.value * percent / 100
    if value == int(value) or limit.unit not in smaller:
        return Limit(max(1, math.floor(value)), limit.unit)
    factor, unit = smaller[limit.unit]
    return Limit(max(1, math.floor(value * factor)), unit)
