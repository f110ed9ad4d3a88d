"""The command page (吹哨指挥台): live whistles on board and map, who is late by how many minutes, renewed by itself."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from wangge.kernel.access.routes import polled, requires
from wangge.kernel.access.scopes import scope
from wangge.territory import queries as territory
from wangge.whistle import policy, postures, queries
from wangge.whistle.enums import LIVE_STATES, SummonsState, WhistleState
from wangge.whistle.models import Whistle
from wangge.whistle.web.shown import whistle_url

STREET_DIGITS = 9
POINTS = 2_000


def figures_of(found: queries.Board) -> list[dict[str, Any]]:
    rows = reverse("whistle_list")
    shown = found.figures
    figures = [
        ("处置中", shown["running"], f"{rows}?state={WhistleState.RUNNING}", False),
        ("有超时", shown["late"], f"{rows}?late=1", True),
        ("已报区领导", shown["raised"], f"{rows}?raised=1", True),
        ("挂起", shown["suspended"], f"{rows}?state={WhistleState.SUSPENDED}", False),
    ]
    figures += [
        (f"单位{state.label}", shown[state.value], "", False)
        for state in (
            SummonsState.SUMMONED,
            SummonsState.OBJECTED,
            SummonsState.SIGNED,
            SummonsState.ARRIVED,
            SummonsState.HANDLING,
            SummonsState.REPORTED,
        )
        if shown.get(state.value)
    ]
    return [{"label": label, "n": n, "url": url, "late": late and n > 0} for label, n, url, late in figures]


def _contents(request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    found = queries.board(request.user, now=now)
    areas = scope(request.user, "whistle.command").paths
    emergencies = postures.in_force(now, areas)
    names = territory.names_of({row.path for row in emergencies})
    return {
        "board": found,
        "figures": figures_of(found),
        "now": now,
        "emergencies": [(row, names[row.path], list(postures.on_duty(row, now)[:12])) for row in emergencies],
    }


@requires("whistle.command")
@never_cache
@require_GET
def whistle_command(request: HttpRequest) -> HttpResponse:
    """The whole page; afterwards the browser asks for the board alone."""
    context = _contents(request) | {"title": "吹哨指挥台"}
    return render(request, "whistle/desk/command.html", context)


@polled
@requires("whistle.command")
@never_cache
@require_GET
def whistle_board(request: HttpRequest) -> HttpResponse:
    """The board alone, asked for every ten seconds: a handful of statements, none per whistle; no sign of life."""
    return render(request, "whistle/desk/board.html", _contents(request))


@polled
@requires("whistle.command")
@never_cache
@require_GET
def whistle_command_map(request: HttpRequest) -> JsonResponse:
    """Outlines of the streets and a point for each live whistle; with ``?points=1`` the points alone."""
    now = timezone.now()
    features = [] if request.GET.get("points") else _outlines(request)
    rows = (
        Whistle.objects.filter(policy.visible(request.user, "whistle.command"), state__in=LIVE_STATES)
        .filter(lng__isnull=False)
        .order_by("next_due_at")[:POINTS]
    )
    features += [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row.lng, row.lat]},
            "properties": {
                "name": row.title,
                "url": whistle_url(row),
                "text": f"{row.get_kind_display()} · {row.get_state_display()}",
                "tone": _tone(row, queries.minutes_late(row.next_due_at, now)),
            },
        }
        for row in rows
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features})


def _tone(whistle: Whistle, late: int) -> str:
    if late:
        return "danger"
    return "warn" if whistle.kind == "emergency" else "info"


def _outlines(request: HttpRequest) -> list[dict[str, Any]]:
    roots = scope(request.user, "whistle.command").paths or (str(settings.HOME_DIVISION),)
    codes = [d.code for root in roots if len(root) < STREET_DIGITS for d in territory.children(root)]
    codes += [root for root in roots if len(root) >= STREET_DIGITS]
    names = territory.names_of(codes)
    found = []
    for code in codes:
        geometry = territory.outline(code)
        if geometry is not None:
            found.append({"type": "Feature", "geometry": geometry, "properties": {"name": names[code]}})
    return found
