"""Time as the demo tells it: inside ``Clock`` the whole process believes that it is then.

The cases must go through the real actions and steps, which ask ``timezone.now()``. So the builder, a process of
its own, sets that clock forward from event to event instead of every action taking an instant for this one use.
Audit entries keep the database's time: they cannot be back-dated, and should not be.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from types import TracebackType

from django.utils import timezone

MORNING, EVENING = 8, 21


class Later(Exception):
    """The next thing has not happened yet."""


class Clock:
    """Stands at ``at``; never passes ``end``. Not for a process that also serves requests."""

    def __init__(self, end: datetime) -> None:
        self.end = end
        self.at = end
        self._real = timezone.now

    def __enter__(self) -> Clock:
        self._real = timezone.now
        timezone.now = self._now
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        timezone.now = self._real

    def _now(self) -> datetime:
        return self.at

    def set(self, at: datetime) -> None:
        """Begin a story at ``at``, which may lie before the one just told."""
        self.at = at

    def to(self, at: datetime) -> None:
        """Forward to ``at``. Raises ``Later`` when that lies beyond the end."""
        at = max(at, self.at + timedelta(seconds=20))
        if at >= self.end:
            raise Later
        self.at = at

    def wait(self, random: Random, least: float, most: float) -> None:
        """Some minutes pass, more often few than many; nobody works at night."""
        minutes = least + (most - least) * random.random() ** 2
        self.to(awake(self.at + timedelta(minutes=minutes), random))

    def toward(self, due: datetime, share: float, random: Random) -> None:
        """A share of the time until ``due`` passes; over 1 is late. The night is left out where the limit allows."""
        then = self.at + (due - self.at) * share
        later = awake(then, random)
        self.to(later if share > 1 or later < due else then)


def awake(at: datetime, random: Random) -> datetime:
    """``at``, or the next morning when it falls into the night."""
    local = timezone.localtime(at)
    if MORNING <= local.hour < EVENING:
        return at
    day = local if local.hour < MORNING else local + timedelta(days=1)
    return day.replace(hour=MORNING, minute=random.randrange(5, 59), second=random.randrange(60))
