"""The last month of the district is closed as its command centre would have closed it, so that its pages live."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

from django.utils import timezone

from wangge.assessment import actions, defining
from wangge.assessment.flow import PeriodFlow
from wangge.assessment.models import Period, Scheme
from wangge.demo.clock import Clock
from wangge.demo.district import HOME

OPENS: Final = time(9, 0)
# A demo has a tenth of a district's orders: with the default nobody would be ranked.
MINIMUM: Final = 3


def close_last_month(end: datetime) -> Period:
    """Freeze the month before ``end`` on the first of this one, publish it once its appeals are over, and reckon the
    running month."""
    now = timezone.localtime(end)
    first = now.date().replace(day=1)
    last = (first - timedelta(days=1)).replace(day=1)
    defining.ensure_defaults()
    Scheme.objects.filter(path="").update(minimum=MINIMUM)
    frozen_at = min(timezone.make_aware(datetime.combine(first, OPENS)), now)
    with Clock(end) as clock:
        clock.set(frozen_at)
        period = actions.open_period(path=HOME, month=last)
        PeriodFlow(period).begin_close()
        actions.freeze(period_id=period.pk)
        period.refresh_from_db()
        clock.set(end)
        running = actions.open_period(path=HOME, month=first)
        actions.refresh(period=running)
        if period.appeal_until_on is not None and now.date() > period.appeal_until_on:
            PeriodFlow(period).publish()
    return period
