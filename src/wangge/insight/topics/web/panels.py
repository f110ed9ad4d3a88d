"""The topics of a case, on its page; rises that nobody has read, in the work of those who read and mark them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from wangge.cases.models import Case
from wangge.cases.panels import WorkCard, WorkRow
from wangge.insight.topics import policy
from wangge.insight.topics.enums import RiseLevel, TopicState
from wangge.insight.topics.web.tables import LEVEL_TONES, RISING_DAYS, rise_url, rise_words
from wangge.kernel.access.scopes import permissions

SHOWN: Final = 5


def topics_of_case(request: HttpRequest, case: Case) -> str:
    """Markup of the topics the case belongs to; empty when there is none."""
    if "insight.read" not in permissions(request.user):
        return ""
    rows = policy.rows(request.user).filter(members__case=case)
    rows = rows.exclude(state__in=[TopicState.ASIDE, TopicState.MERGED])
    topics = list(rows.order_by("-heat")[:4])
    return render_to_string("topics/of_case.html", {"topics": topics}) if topics else ""


def unread_rises(user: Any, now: datetime) -> list[WorkCard]:
    """The rises of the last days that wait to be read: the least likely by chance first."""
    if not {"insight.read", "insight.manage"} <= permissions(user):
        return []
    since = timezone.localdate(now) - timedelta(days=RISING_DAYS - 1)
    unread = policy.rises(user).filter(on__gte=since, seen_at__isnull=True)
    rows = list(unread.order_by("chance", "-pk")[: SHOWN + 1])
    total = len(rows) if len(rows) <= SHOWN else unread.order_by().count()
    shown = tuple(
        WorkRow(
            row.name, rise_url(row), rise_words(row), None, row.get_level_display(), LEVEL_TONES[RiseLevel(row.level)]
        )
        for row in rows[:SHOWN]
    )
    url = f"{reverse('rise_list')}?unseen=1&on_from={since}"
    return [WorkCard("rises", "上升预警待阅", total, 0, shown, url, counts=False)]
