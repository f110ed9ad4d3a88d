"""My work: what waits for me, most urgent first; what my offices were told; what I did today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from wangge.cases import policy
from wangge.cases.boxes import Box, boxes_for
from wangge.cases.flow import CaseFlow
from wangge.cases.models import Case, CaseTransition, Notice
from wangge.cases.panels import work_cards
from wangge.cases.web.shown import box_url, dress
from wangge.kernel.access.roles import Reach
from wangge.kernel.access.routes import requires
from wangge.kernel.access.scopes import holdings, offices_of
from wangge.organization import notices

SHOWN: Final = 6
NOTICES: Final = 8
# Boxes one looks into; those before them are emptied by work.
WATCHED: Final = frozenset({"suspended", "supervised", "overdue"})


@dataclass(frozen=True, slots=True)
class Card:
    """A box on the page: its exact count and its most urgent cases."""

    box: Box
    total: int
    late: int
    rows: list[Case]
    url: str


def cards(user: Any, now: datetime) -> list[Card]:
    """The user's boxes: at most two statements each."""
    found = []
    for box in boxes_for(user):
        waiting = box.rows(user).filter(policy.visible(user))
        rows = list(
            waiting.select_related("kind").order_by(F("next_due_at").asc(nulls_last=True), "created_at")[:SHOWN]
        )
        total, late = len(rows), sum(1 for c in rows if c.next_due_at is not None and c.next_due_at < now)
        if total == SHOWN:
            total = waiting.order_by().count()
            late = waiting.filter(next_due_at__lt=now).order_by().count() if late == SHOWN else late
        found.append(Card(box, total, late, rows[: SHOWN - 1], box_url(box.code)))
    dress([case for card in found for case in card.rows])
    return found


def unseen(user: Any) -> QuerySet[Notice]:
    """What the user's offices were told about cases the user sees, and nobody there has read."""
    return Notice.objects.filter(
        office_id__in=offices_of(user), seen_at__isnull=True, case__in=policy.rows(user)
    ).order_by("-at", "-pk")


def done_today(user: Any, now: datetime) -> QuerySet[CaseTransition]:
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(now), time.min))
    return CaseTransition.objects.filter(actor_kind="staff", actor_id=user.pk, at__gte=midnight)


def _next(found: list[Card]) -> tuple[Card, Case] | None:
    """The one thing to do next: the case whose limit ends first, of the boxes that work empties."""
    waiting = [(card, card.rows[0]) for card in found if card.rows and card.box.code not in WATCHED]
    far = timezone.make_aware(datetime(9999, 1, 1))  # noqa: DTZ001 - made aware here
    return min(waiting, key=lambda pair: pair[1].next_due_at or far, default=None)


@requires("cases.read")
@require_GET
def case_my_work(request: HttpRequest) -> HttpResponse:
    user, now = request.user, timezone.now()
    found = cards(user, now)
    more = work_cards(user, now)
    notices = list(unseen(user).select_related("case")[: NOTICES + 1])
    steps = CaseFlow.steps()
    mine = done_today(user, now)
    latest = list(mine.select_related("subject").order_by("-at")[:10])
    context = {
        "title": "我的工作",
        "cards": found,
        "more": more,
        "next": _next(found),
        "waiting": sum(card.total for card in found if card.box.code not in WATCHED)
        + sum(card.total for card in more if card.counts),
        "notices": notices[:NOTICES],
        "notice_total": len(notices) if len(notices) <= NOTICES else unseen(user).count(),
        "done_total": len(latest) if len(latest) < 10 else mine.count(),
        "done": [(row, steps[row.step].label if row.step in steps else "登记") for row in latest],
        "today": timezone.localdate(now),
        "reach": _reach(user),
    }
    return render(request, "cases/desk/my_work.html", context)


def _reach(user: Any) -> list[str]:
    return list(dict.fromkeys(held.role.label for held in holdings(user) if held.role.reach is not Reach.NONE))


@requires("cases.read")
@require_POST
def case_notices_seen(request: HttpRequest) -> HttpResponse:
    """I have read them: all of my offices', or one."""
    rows = unseen(request.user)
    pk = request.POST.get("notice", "")
    if pk:
        rows = rows.filter(pk=int(pk)) if pk.isdecimal() and len(pk) < 19 else rows.none()
    number = notices.see(Notice, pks=rows.values_list("pk", flat=True), by=request.user)
    messages.success(request, f"已阅 {number} 条提醒。")
    return redirect("case_my_work")
