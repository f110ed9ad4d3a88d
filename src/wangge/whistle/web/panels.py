"""What cases show of whistles: those of a case on its page, with the way to blow one; the boxes in my work."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db.models import F
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from wangge.cases.models import Case
from wangge.cases.panels import WorkCard, WorkRow
from wangge.kernel.access.scopes import may, permissions
from wangge.kernel.listing.html import moment
from wangge.whistle import policy, queries
from wangge.whistle.boxes import WATCHED, boxes_for
from wangge.whistle.web.shown import KIND_TONES, NOTICE_TONES, box_url, dress, kind_badge, state_badge, whistle_url

SHOWN: Final = 5


def case_whistles(request: HttpRequest, case: Case) -> str:
    """The whistles of the case; for who may write one, the button."""
    user = request.user
    if not may(user, policy.READ):
        return ""
    found = list(queries.of_case(user, case)[:20])
    may_blow = case.is_open and len(case.path) >= 9 and policy.may_draft(user, case.path)
    if not found and not may_blow:
        return ""
    dress(found)
    rows = [(w, kind_badge(w), state_badge(w)) for w in found]
    return render_to_string(
        "whistle/case_panel.html", {"rows": rows, "case": case, "may_blow": may_blow}, request=request
    )


def my_whistles(user: Any, now: datetime) -> list[WorkCard]:
    """The boxes of whistles as cards of my work: at most two statements each."""
    if policy.READ not in permissions(user):
        return []
    cards = []
    for box in boxes_for(user):
        waiting = box.rows(user).filter(policy.visible(user))
        rows = list(waiting.order_by(F(box.due).asc(nulls_last=True), "created_at")[: SHOWN + 1])
        total = len(rows) if len(rows) <= SHOWN else waiting.order_by().count()
        late = sum(1 for row in rows if (due := getattr(row, box.due)) is not None and due < now)
        cards.append((box, rows[:SHOWN], total, late))
    dress([row for _, rows, _, _ in cards for row in rows])
    return [
        *(
            WorkCard(
                f"whistle-{box.code}",
                box.label,
                total,
                late if box.code != "late" else 0,
                tuple(_row(row, getattr(row, box.due)) for row in rows),
                box_url(box.code),
                box.code not in WATCHED,
            )
            for box, rows, total, late in cards
        ),
        *_notices(user),
    ]


def _notices(user: Any) -> list[WorkCard]:
    """What the user's offices were told and nobody there has read."""
    unseen = policy.notices(user).filter(seen_at__isnull=True)
    rows = list(unseen.select_related("whistle").order_by("-at", "-pk")[: SHOWN + 1])
    total = len(rows) if len(rows) <= SHOWN else unseen.order_by().count()
    shown = tuple(
        WorkRow(
            row.text,
            whistle_url(row.whistle),
            row.whistle.title,
            None,
            row.get_kind_display(),
            NOTICE_TONES.get(row.kind, "info"),
        )
        for row in rows[:SHOWN]
    )
    url = f"{reverse('whistle_notices')}?unseen=1"
    return [WorkCard("whistle-notices", "吹哨提醒", total, 0, shown, url, counts=False)]


def _row(whistle: Any, due_at: datetime | None) -> WorkRow:
    since = f" · {moment(whistle.blown_at)} 吹哨" if whistle.blown_at else ""
    return WorkRow(
        whistle.title,
        whistle_url(whistle),
        f"{whistle.place_name}{since}",
        due_at,
        whistle.get_kind_display(),
        KIND_TONES.get(whistle.kind, "neutral"),
    )
