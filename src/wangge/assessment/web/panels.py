"""What my work shows of the assessment: appeals to decide, and frozen months against which a unit may still appeal."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone

from wangge.assessment import policy
from wangge.assessment.enums import PeriodState
from wangge.cases.panels import WorkCard, WorkRow
from wangge.kernel.access.scopes import permissions
from wangge.territory import queries as territory

SHOWN: Final = 5


def my_assessment(user: Any, now: datetime) -> list[WorkCard]:
    held = permissions(user)
    cards = []
    if not held.isdisjoint({policy.DECIDE, policy.REVIEW_WORKERS}):
        cards.append(_to_decide(user))
    if {policy.READ, policy.APPEAL} <= held:
        cards.append(_frozen(user, now))
    return cards


def _to_decide(user: Any) -> WorkCard:
    """The month is not published before they are decided."""
    waiting = policy.to_decide(user)
    rows = list(waiting.select_related("period", "unit").order_by("at", "pk")[: SHOWN + 1])
    total = len(rows) if len(rows) <= SHOWN else waiting.order_by().count()
    shown = tuple(
        WorkRow(
            row.reason[:60],
            reverse("assessment_appeal", args=[row.pk]),
            f"{row.unit.name if row.unit else '网格员'} · {row.period.label}",
            None,
            row.get_kind_display(),
            "info",
        )
        for row in rows[:SHOWN]
    )
    return WorkCard("appeals", "考核申诉待裁", total, 0, shown, reverse("assessment_appeals_waiting"))


def _frozen(user: Any, now: datetime) -> WorkCard:
    """Frozen months of the user's divisions, with the day until which one may appeal."""
    today = timezone.localdate(now)
    periods = list(policy.periods(user).filter(state=PeriodState.FROZEN).order_by("appeal_until_on", "pk"))
    names = territory.names_of({row.path for row in periods})
    shown = tuple(
        WorkRow(
            f"{row.label}考核已冻结",
            reverse("assessment_period", args=[row.pk]),
            names[row.path],
            _end(row.appeal_until_on) if row.appeal_until_on and row.appeal_until_on >= today else None,
            *(
                ("可以申诉", "info")
                if row.appeal_until_on and row.appeal_until_on >= today
                else ("申诉已截止", "neutral")
            ),
        )
        for row in periods[:SHOWN]
    )
    url = f"{reverse('assessment_periods')}?state={PeriodState.FROZEN}"
    return WorkCard("frozen-months", "考核结果待公布", len(periods), 0, shown, url, counts=False)


def _end(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.max))
