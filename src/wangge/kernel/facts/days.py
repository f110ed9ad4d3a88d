"""The calendar days that facts are counted by."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone


def bounds(day: date) -> tuple[datetime, datetime]:
    """The instants [start, end) of the calendar day."""
    start, end = (datetime.combine(d, time.min) for d in (day, day + timedelta(days=1)))
    return timezone.make_aware(start), timezone.make_aware(end)
