"""The wall screen itself: the live board of a place for whoever has its address; large, dark, renewed by itself.

Numbers, places, offices, kinds and minutes; no words anybody typed about the matter, no names of people, no way on.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from wangge.cases.limits import Limit, hit, in_words, wait
from wangge.duties.models import Kind
from wangge.kernel.access.database import see
from wangge.kernel.access.lockout import client_address
from wangge.kernel.access.routes import polled, public
from wangge.kernel.access.scopes import Scope
from wangge.territory import queries as territory
from wangge.whistle import displays, postures, queries
from wangge.whistle.enums import DisplayState
from wangge.whistle.models import Display
from wangge.whistle.web.desk_command import figures_of

# Wrong keys from one address; a key asked for more often than several screens do.
MISSES: Final = Limit("wall-miss", 30, timedelta(hours=1))
ASKED: Final = Limit("wall-asked", 120, timedelta(minutes=1))
CARDS: Final = 3
LINES: Final = 3
TURN_SECONDS: Final = 20
REASON: Final = "大屏没有人登录；凭有期限、可停用的链接只看一个区域的吹哨看板，不含个人信息"
WHY: Final = {
    DisplayState.EXPIRED: "这个大屏链接已经到期",
    DisplayState.ENDED: "这个大屏链接已经停用",
    DisplayState.ORPHANED: "这个大屏链接已经失效：建立人不再有查看权限",
}


def _refused(request: HttpRequest, status: int, heading: str) -> HttpResponse:
    """In words; a part of the page that asks by itself brings the whole page here."""
    response = render(request, "whistle/wall/refused.html", {"heading": heading, "status": status}, status=status)
    if status != 429:
        response["HX-Refresh"] = "true"
    return response


def _opened(request: HttpRequest, key: str, now: datetime) -> Display | HttpResponse:
    """The screen of the key, or the answer that says why not."""
    address = client_address(request) or ""
    if seconds := wait(MISSES, address) or hit(ASKED, key):
        response = _refused(request, 429, f"打开得太频繁，请{in_words(seconds)}再试")
        response["Retry-After"] = str(seconds)
        return response
    display = displays.find(key)
    if display is None:
        hit(MISSES, address)
        return _refused(request, 404, "没有这个大屏链接")
    state = displays.state_of(display, now)
    if state != DisplayState.OPEN:
        return _refused(request, 410, WHY[state])
    see(Scope((display.path,)))
    displays.note_shown(display, now)
    return display


def _column(column: queries.Column, now: datetime) -> dict[str, Any]:
    """A few cards at a time, turned over every twenty seconds, and how many there are in all."""
    pages = max(1, -(-len(column.cards) // CARDS))
    turn = int(now.timestamp()) // TURN_SECONDS % pages
    return {
        "kind": column.kind,
        "label": column.label,
        "total": column.total,
        "hidden": column.total - len(column.cards),
        "page": turn + 1,
        "pages": pages,
        "cards": column.cards[turn * CARDS : (turn + 1) * CARDS],
    }


def _contents(display: Display, now: datetime) -> dict[str, Any]:
    board = queries.board(display.made_by, now=now, path=display.path)
    columns = [_column(column, now) for column in board.columns]
    shown = [card for column in columns for card in column["cards"]]
    kinds = Kind.objects.in_bulk({card.whistle.matter_id for card in shown if card.whistle.matter_id is not None})
    emergencies = postures.in_force(now, [display.path])
    places = territory.names_of({card.whistle.path[:12] for card in shown} | {row.path for row in emergencies})
    for column in columns:
        column["cards"] = [
            {
                "card": card,
                "place": "·".join(dict.fromkeys((card.street, places[card.whistle.path[:12]]))),
                "matter": kinds[card.whistle.matter_id].name if card.whistle.matter_id in kinds else "",
                "lines": sorted(card.lines, key=lambda line: (-line.late_minutes, not line.lead))[:LINES],
                "more": len(card.lines) - LINES,
            }
            for card in column["cards"]
        ]
    return {
        "display": display,
        "place": territory.name_of(display.path),
        "now": now,
        "columns": columns,
        "figures": figures_of(board),
        "emergencies": [(row, places[row.path]) for row in emergencies],
    }


def _show(request: HttpRequest, key: str, template: str) -> HttpResponse:
    now = timezone.now()
    found = _opened(request, key, now)
    if isinstance(found, HttpResponse):
        return found
    return render(request, template, _contents(found, now) | {"key": key})


@polled
@public(REASON)
@never_cache
@require_safe
def wall(request: HttpRequest, key: str) -> HttpResponse:
    """The whole screen; afterwards it asks for the board alone."""
    return _show(request, key, "whistle/wall/wall.html")


@polled
@public(REASON)
@never_cache
@require_safe
def wall_board(request: HttpRequest, key: str) -> HttpResponse:
    """The board alone, every ten seconds: a handful of statements, none per whistle."""
    return _show(request, key, "whistle/wall/board.html")
