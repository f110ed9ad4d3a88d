"""The limits in force for a whistle: its row by kind and place, then what an emergency makes of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from django.utils import timezone

from wangge.kernel.calendar.units import Limit, Unit
from wangge.whistle.enums import LimitName, WhistleKind
from wangge.whistle.models import Posture, WhistleLimit
from wangge.whistle.postures import posture_at

# Where no row is in force, in the order of ``LimitName``. 30 minutes: Pinggu (G11); the rest is background.
DEFAULTS: Final[dict[str, tuple[Limit, ...]]] = {
    WhistleKind.EMERGENCY: (
        Limit(5, Unit.MINUTE),
        Limit(30, Unit.MINUTE),
        Limit(2, Unit.HOUR),
        Limit(24, Unit.HOUR),
        Limit(2, Unit.HOUR),
        Limit(30, Unit.MINUTE),
        Limit(30, Unit.MINUTE),
    ),
    WhistleKind.WORK: (
        Limit(2, Unit.WORKING_HOUR),
        Limit(1, Unit.WORKING_DAY),
        Limit(2, Unit.WORKING_DAY),
        Limit(7, Unit.WORKING_DAY),
        Limit(2, Unit.WORKING_DAY),
        Limit(1, Unit.WORKING_DAY),
        Limit(1, Unit.WORKING_DAY),
    ),
    WhistleKind.HARD: (
        Limit(2, Unit.WORKING_HOUR),
        Limit(1, Unit.WORKING_DAY),
        Limit(3, Unit.WORKING_DAY),
        Limit(15, Unit.WORKING_DAY),
        Limit(3, Unit.WORKING_DAY),
        Limit(1, Unit.WORKING_DAY),
        Limit(1, Unit.WORKING_DAY),
    ),
}
RADIUS_M: Final = 300


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a whistle blown now, with the radius of a check-in and where they come from."""

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


def defaults(kind: str) -> dict[str, Limit]:
    """What holds where nobody set anything."""
    return dict(zip(LimitName.values, DEFAULTS[kind], strict=True))


def routine(kind: str, path: str, on: date | None = None) -> Limits:
    """What holds in routine."""
    row = row_for(kind, path, on)
    if row is None:
        return Limits(defaults(kind), RADIUS_M, "内置默认时限")
    place = f"（{row.path}）" if row.path else ""
    return Limits({name: row.of(name) for name in LimitName.values}, row.radius_m, f"{row.source or '时限表'}{place}")


def limits_for(kind: str, path: str, *, now: datetime | None = None) -> Limits:
    """What holds at ``path`` now: in an emergency shortened or replaced, else the routine."""
    now = now or timezone.now()
    found = routine(kind, path, timezone.localdate(now))
    posture = posture_at(path, now)
    if posture is None:
        return found
    return _in_emergency(found, posture, _own_limits(posture, kind))


def _own_limits(posture: Posture, kind: str) -> dict[str, Limit]:
    rows = posture.limits.all()
    return {row.clock: Limit(row.value, Unit(row.unit)) for row in rows if row.kind == kind}


def _in_emergency(found: Limits, posture: Posture, own: dict[str, Limit]) -> Limits:
    of = {name: own.get(name) or shortened(limit, posture.percent) for name, limit in found.of.items()}
    radius = posture.radius_m or found.radius_m
    return replace(found, of=of, radius_m=radius, source=f"应急状态“{posture.title}”", posture=posture)


@dataclass(frozen=True, slots=True)
class Difference:
    """One limit of one kind in routine and in an emergency. ``own``: set by itself, not by the percentage."""

    kind: str
    name: str
    routine: Limit
    emergency: Limit
    own: bool

    @property
    def differs(self) -> bool:
        return self.routine != self.emergency

    @property
    def label(self) -> str:
        return str(LimitName(self.name).label)


@dataclass(frozen=True, slots=True)
class Compared:
    """The limits of one kind in routine and in an emergency, and the radius of its check-ins."""

    kind: str
    differences: list[Difference]
    radius_routine: int
    radius_m: int

    @property
    def label(self) -> str:
        return str(WhistleKind(self.kind).label)


def compared(posture: Posture) -> list[Compared]:
    """Every limit of every kind at the posture's own place, as it was in routine on the day it began, and in it."""
    on = timezone.localdate(posture.began_at)
    found = []
    for kind in WhistleKind.values:
        own, before = _own_limits(posture, kind), routine(kind, posture.path, on)
        during = _in_emergency(before, posture, own)
        rows = [Difference(kind, name, before.of[name], during.of[name], name in own) for name in LimitName.values]
        found.append(Compared(kind, rows, before.radius_m, during.radius_m))
    return found


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
