"""The phone of somebody who reports for duty: where to go, large buttons to sign and to check in by position."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from wangge.kernel.access.routes import requires
from wangge.kernel.access.scopes import offices_of
from wangge.kernel.flow.forms import StepForm
from wangge.territory import queries as territory
from wangge.whistle import policy
from wangge.whistle.boxes import mine
from wangge.whistle.enums import SummonsState
from wangge.whistle.models import Summons, Whistle
from wangge.whistle.summons_flow import SummonsFlow
from wangge.whistle.web import shown
from wangge.whistle.web.desk_whistle import take
from wangge.whistle.web.forms import ArriveForm, step_form

PER_PAGE = 20
# What is done standing on the spot.
STEPS = ("sign", "arrive", "submit_plan", "submit_report", "arrive_again")


@requires("whistle.handle")
@never_cache
@require_GET
def field_whistles(request: HttpRequest) -> HttpResponse:
    """The open summonses of my office, the nearest limit first."""
    rows = mine(request.user).order_by(F("next_due_at").asc(nulls_last=True), "pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    found = list(page.object_list)
    places = territory.names_of({row.whistle.street_path for row in found})
    now = timezone.now()
    cards = [
        {
            "row": row,
            "whistle": row.whistle,
            "kind": shown.kind_badge(row.whistle),
            "badge": shown.summons_badge(row),
            "late": shown.late_badge(row, now),
            "street": places[row.whistle.street_path],
        }
        for row in found
    ]
    return render(request, "whistle/field/list.html", {"title": "报到", "page": page, "cards": cards})


def _mine(request: HttpRequest, whistle: Whistle) -> Summons | None:
    """The summons of an office the user acts for, the one still open first."""
    rows = whistle.summonses.filter(office_id__in=offices_of(request.user)).exclude(
        state__in=[SummonsState.RELEASED, SummonsState.PREPARED]
    )
    return rows.select_related("office").order_by("done_at", "pk").first()


def _page(
    request: HttpRequest, whistle: Whistle, bound: tuple[str, StepForm] | None = None, status: int = 200
) -> HttpResponse:
    summons = _mine(request, whistle)
    if summons is None:
        raise Http404
    summons.whistle = whistle
    shown.dress([whistle])
    steps: list[dict[str, Any]] = []
    for option in SummonsFlow(summons, request.user).options():
        name = option.step.name
        if name not in STEPS:
            continue
        form = bound[1] if bound and bound[0] == name else step_form(name, summons, request.user)
        if isinstance(form, ArriveForm) and not form.is_bound:
            form.initial["code"] = request.GET.get("code", "")[:12]
        steps.append({"option": option, "form": form, "name": name, "open": bool(bound and bound[0] == name)})
    steps.sort(key=lambda step: step["name"] == "arrive_again")  # others come too: after what is due
    context = {
        "title": "报到",
        "whistle": whistle,
        "summons": summons,
        "kind_badge": shown.kind_badge(whistle),
        "badge": shown.summons_badge(summons),
        "place": territory.full_name(whistle.path, from_level=4),
        "clocks": summons.clocks.filter(stopped_at__isnull=True).order_by("due_at"),
        "tasks": list(summons.tasks.all()),
        "came": list(summons.check_ins.all()),
        "steps": steps,
        "code": request.GET.get("code", "")[:12],
        "map_url": reverse("whistle_map", args=[whistle.pk]),
    }
    response = render(request, "whistle/field/whistle.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


@requires("whistle.handle")
@require_GET
def field_whistle(request: HttpRequest, pk: int) -> HttpResponse:
    """One whistle as the summoned office sees it on the spot; ``?code=`` comes from the scanned picture."""
    return _page(request, get_object_or_404(policy.rows(request.user), pk=pk))


@requires("whistle.handle")
@require_POST
def field_whistle_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One endpoint for the steps of the phone; what fails comes back on a fresh page."""
    whistle = get_object_or_404(policy.rows(request.user), pk=pk)
    summons = _mine(request, whistle)
    if summons is None or name not in STEPS:
        raise Http404
    form, status, said = take(request, summons, name, misses_to=str(request.user.pk))
    if status == 200:
        messages.success(request, said)
        return redirect("field_whistle", pk=pk)
    if said:
        messages.error(request, said)
    fresh = get_object_or_404(policy.rows(request.user), pk=pk)
    return _page(request, fresh, (name, form), 422 if status == 400 else status)
