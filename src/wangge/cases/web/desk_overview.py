"""The leader's screen: live figures, each a link to its rows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from wangge.cases import overview as figures
from wangge.cases.enums import CaseState
from wangge.cases.web.filters import NO_STREET
from wangge.cases.web.shown import STATE_TONES
from wangge.kernel.access.routes import requires
from wangge.kernel.access.scopes import scope
from wangge.organization import queries as organization
from wangge.territory import queries as territory


def rows_url(**filters: Any) -> str:
    """The list of the rows behind a figure."""
    return f"{reverse('case_list')}?{urlencode(filters)}"


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "—"


def _streets(counts: dict[str, int]) -> list[dict[str, Any]]:
    """Streets with open cases, most first; what has no street yet comes last."""
    placed = {path: n for path, n in counts.items() if len(path) == figures.STREET_DIGITS}
    loose = sum(n for path, n in counts.items() if len(path) < figures.STREET_DIGITS)
    names = territory.names_of(placed)
    rows: list[dict[str, Any]] = [
        {"name": names[path], "n": n, "url": rows_url(place=path, stage="open")} for path, n in placed.items()
    ]
    rows.sort(key=lambda row: -row["n"])
    if loose:
        rows.append({"name": "未定到街道", "n": loose, "url": rows_url(place=NO_STREET, stage="open")})
    most = max((row["n"] for row in rows), default=1)
    return [row | {"most": most} for row in rows]


def _late(counts: dict[int | None, int]) -> list[dict[str, Any]]:
    names = organization.names(counts)
    rows: list[dict[str, Any]] = [
        {"name": names.get(office or 0, "未派单"), "n": n, "url": rows_url(holder=office or "", overdue=1)}
        for office, n in counts.items()
    ]
    return sorted(rows, key=lambda row: -row["n"])


@requires("cockpit.read")
@require_GET
def case_overview(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    today = timezone.localdate(now)
    found = figures.overview(request.user, now=now)
    first = figures.since(today)
    month = {"closed_from": first, "closed_to": today}
    context = {
        "title": "领导驾驶舱",
        "found": found,
        "now": now,
        "states": [
            {
                "label": label,
                "n": found.states.get(code, 0),
                "tone": STATE_TONES[code],
                "url": rows_url(state=code),
            }
            for code, label in CaseState.choices
            if found.states.get(code, 0)
        ],
        "streets": _streets(found.streets),
        "late": _late(found.overdue),
        "solved_rate": _percent(found.solved, found.rated),
        "satisfied_rate": _percent(found.satisfied, found.rated),
        "urls": {
            "open": rows_url(stage="open"),
            "overdue": rows_url(overdue=1),
            "filed": rows_url(created_from=today, created_to=today),
            "dispatched": rows_url(dispatched_from=today, dispatched_to=today),
            "closed": rows_url(closed_from=today, closed_to=today),
            "solved": rows_url(result="solved", **month),
            "satisfied": rows_url(result="satisfied", **month),
            "rated": rows_url(result="rated", **month),
        },
    }
    return render(request, "cases/desk/overview.html", context)


@requires("cockpit.read")
@require_GET
def case_overview_map(request: HttpRequest) -> JsonResponse:
    """Outlines of the streets (of the communities, for a street's own leader) with their open cases."""
    counts = figures.streets_of(request.user)
    roots = scope(request.user, "cases.read").paths or (str(settings.HOME_DIVISION),)
    codes = [d.code for root in roots if len(root) < figures.STREET_DIGITS for d in territory.children(root)]
    codes += [root for root in roots if len(root) >= figures.STREET_DIGITS]
    most = max([n for path, n in counts.items() if len(path) == figures.STREET_DIGITS], default=0)
    names = territory.names_of(codes)
    features = []
    for code in codes:
        geometry = territory.outline(code)
        if geometry is None:
            continue
        n = counts.get(code[: figures.STREET_DIGITS], 0)
        tone = "danger" if most and n > most * 2 / 3 else "warn" if most and n > most / 3 else "ok"
        features.append(
            {
                "type": "Feature",
                "geometry": geometry,
                "properties": {
                    "name": f"{names[code]} {n}",
                    "text": f"待办 {n} 件",
                    "tone": tone,
                    "url": rows_url(place=code, stage="open"),
                },
            }
        )
    return JsonResponse({"type": "FeatureCollection", "features": features})


@requires("cockpit.read")
@require_GET
def case_overview_trend(request: HttpRequest) -> JsonResponse:
    """Filed and closed per day; a click on a day opens its rows."""
    days = figures.trend(request.user, today=timezone.localdate())

    def series(name: str, position: int, field: str) -> dict[str, Any]:
        data = [
            {"value": row[position], "url": rows_url(**{f"{field}_from": row[0], f"{field}_to": row[0]})}
            for row in days
        ]
        return {"name": name, "type": "line", "symbolSize": 6, "data": data}

    return JsonResponse(
        {
            "legend": {"top": 0},
            "xAxis": {"type": "category", "data": [f"{day:%m-%d}" for day, _, _ in days]},
            "yAxis": {"type": "value", "minInterval": 1},
            "series": [series("登记", 1, "created"), series("办结", 2, "closed")],
        }
    )
