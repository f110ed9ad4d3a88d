"""What my work shows of the assessment: months to close and to publish, appeals and streets to decide about.

A unit sees the frozen months, against which it may still appeal, and how its appeals were decided.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from wangge.assessment import policy
from wangge.assessment.enums import AppealState, PeriodState, RectificationState
from wangge.assessment.web.shown import APPEAL_TONES, RECTIFICATION_TONES
from wangge.cases.panels import WorkCard, WorkRow
from wangge.kernel.access.scopes import permissions
from wangge.territory import queries as territory

SHOWN: Final = 5
UNDECIDED: Final = (RectificationState.PROPOSED, RectificationState.LEAVING)


def my_assessment(user: Any, now: datetime) -> list[WorkCard]:
    held = permissions(user)
    cards = []
    if policy.CLOSE in held:
        cards += [_to_close(user, now), _to_rectify(user)]
    if not held.isdisjoint({policy.DECIDE, policy.REVIEW_WORKERS}):
        cards.append(_to_decide(user))
    if policy.APPEAL in held:
        cards.append(_notices(user))
    if policy.READ in held and not held.isdisjoint({policy.APPEAL, policy.CLOSE}):
        cards.append(_frozen(user, now))
    return cards


def _to_close(user: Any, now: datetime) -> WorkCard:
    """Months that are over and still open."""
    this_month = timezone.localdate(now).replace(day=1)
    over = policy.periods(user).filter(state=PeriodState.OPEN, month__lt=this_month)
    periods = [row for row in over.order_by("month", "pk") if policy.may_close(user, row)]
    names = territory.names_of({row.path for row in periods})
    shown = tuple(
        WorkRow(
            f"{row.label}待关账", reverse("assessment_period", args=[row.pk]), names[row.path], None, "月末关账", "warn"
        )
        for row in periods[:SHOWN]
    )
    url = f"{reverse('assessment_periods')}?state={PeriodState.OPEN}&month_to={this_month - timedelta(days=1)}"
    return WorkCard("months-to-close", "考核待关账", len(periods), 0, shown, url)


def _to_rectify(user: Any) -> WorkCard:
    """Streets that the rules propose for the list, or off it."""
    waiting = policy.rectifications(user).filter(state__in=UNDECIDED).select_related("unit").order_by("pk")
    rows = [row for row in waiting if policy.may_rectify(user, row)]
    shown = tuple(
        WorkRow(
            row.unit.name,
            reverse("assessment_rectification", args=[row.pk]),
            row.grounds[:60],
            None,
            row.get_state_display(),
            RECTIFICATION_TONES[row.state],
        )
        for row in rows[:SHOWN]
    )
    url = f"{reverse('assessment_rectifications')}?state={'&state='.join(UNDECIDED)}"
    return WorkCard("rectifications", "治理类街乡镇待定", len(rows), 0, shown, url)


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


def _notices(user: Any) -> WorkCard:
    """How the appeals of the user's units were decided, as far as nobody there has read it."""
    unseen = policy.notices(user).filter(seen_at__isnull=True)
    rows = list(unseen.select_related("appeal__unit").order_by("-at", "-pk")[: SHOWN + 1])
    total = len(rows) if len(rows) <= SHOWN else unseen.order_by().count()
    shown = tuple(
        WorkRow(
            row.text,
            reverse("assessment_appeal", args=[row.appeal_id]),
            row.appeal.unit.name if row.appeal.unit else "",
            None,
            row.get_kind_display(),
            APPEAL_TONES[row.kind],
        )
        for row in rows[:SHOWN]
    )
    url = f"{reverse('assessment_notices')}?unseen=1"
    return WorkCard("assessment-notices", "考核提醒", total, 0, shown, url, counts=False)


def _frozen(user: Any, now: datetime) -> WorkCard:
    """Frozen months of the user's divisions: until when one may appeal, and whether they can be published."""
    today = timezone.localdate(now)
    pending = Count("appeals", filter=Q(appeals__state=AppealState.SUBMITTED))
    found = policy.periods(user).filter(state=PeriodState.FROZEN).annotate(pending=pending)
    periods = list(found.order_by("appeal_until_on", "pk"))
    names = territory.names_of({row.path for row in periods})
    shown = []
    for row in periods[:SHOWN]:
        until, badge = _standing(row, today, may_close=policy.may_close(user, row))
        url = reverse("assessment_period", args=[row.pk])
        shown.append(WorkRow(f"{row.label}考核已冻结", url, names[row.path], until, *badge))
    url = f"{reverse('assessment_periods')}?state={PeriodState.FROZEN}"
    return WorkCard("frozen-months", "考核结果待公布", len(periods), 0, tuple(shown), url, counts=False)


def _standing(period: Any, today: date, *, may_close: bool) -> tuple[datetime | None, tuple[str, str]]:
    """The end of the time for appeals while it runs, and what the month waits for."""
    if period.appeal_until_on is not None and today <= period.appeal_until_on:
        end = timezone.make_aware(datetime.combine(period.appeal_until_on, time.max))
        return end, ("申诉期内", "info")
    if period.pending:
        return None, (f"{period.pending}件申诉待裁", "warn")
    return None, ("可以公布", "warn") if may_close else ("申诉已截止", "neutral")
