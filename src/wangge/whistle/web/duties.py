"""Who stands on duty in an emergency learns it: the own turns as a page, a line on the phone, a card in my work."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from wangge.cases.panels import WorkCard, WorkRow
from wangge.kernel.access.routes import me, signed_in
from wangge.kernel.access.scopes import permissions
from wangge.kernel.listing.html import moment
from wangge.territory import queries as territory
from wangge.whistle import policy, postures

SHOWN: Final = 5
MOST: Final = 100


@signed_in
@never_cache
@require_GET
def my_duties(request: HttpRequest) -> HttpResponse:
    """My own turns and nobody else's."""
    now = timezone.now()
    turns = list(postures.my_turns(me(request), now)[:MOST])
    names = territory.names_of({one.posture.path for one in turns})
    context = {
        "title": "我的值守",
        "turns": [(one, names[one.posture.path], one.from_at <= now) for one in turns],
    }
    return render(request, "whistle/field/duties.html", context)


def my_emergencies(user: Any, now: datetime) -> list[WorkCard]:
    """Turns to stand, and the emergencies that concern the user's places."""
    cards = [_turns(user, now)]
    if policy.READ in permissions(user):
        cards.append(_in_force(user))
    return cards


def _turns(user: Any, now: datetime) -> WorkCard:
    found = postures.my_turns(user, now)
    rows = list(found[: SHOWN + 1])
    total = len(rows) if len(rows) <= SHOWN else found.order_by().count()
    shown = tuple(
        WorkRow(
            f"{one.post}：{moment(one.from_at)} 至 {moment(one.to_at)}",
            reverse("my_duties"),
            f"{one.posture.title} · {one.office.name}",
            None,
            *(("正在值守", "danger") if one.from_at <= now else ("待上岗", "warn")),
        )
        for one in rows[:SHOWN]
    )
    return WorkCard("duties", "应急值守", total, 0, shown, reverse("my_duties"), counts=False)


def _in_force(user: Any) -> WorkCard:
    found = postures.concerning(user).filter(ended_at__isnull=True)
    rows = list(found.order_by("-began_at", "-pk")[:SHOWN])
    names = territory.names_of({one.path for one in rows})
    shown = tuple(
        WorkRow(
            one.title,
            reverse("posture_detail", args=[one.pk]),
            f"{names[one.path]} · {moment(one.began_at)} 启动",
            None,
            "应急中",
            "danger",
        )
        for one in rows
    )
    total = found.order_by().count() if len(rows) == SHOWN else len(rows)
    url = f"{reverse('posture_list')}?open=1"
    return WorkCard("emergencies", "应急状态", total, 0, shown, url, counts=False)
