"""Writing a whistle at the desk: from the button on a case, or on its own."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from wangge.cases import policy as case_policy
from wangge.kernel.access.routes import me, requires
from wangge.kernel.flow import FlowError
from wangge.territory import queries as territory
from wangge.whistle import policy
from wangge.whistle.drafting import draft
from wangge.whistle.flow import WhistleFlow
from wangge.whistle.models import Whistle
from wangge.whistle.web.draft_form import DraftForm, from_case, from_whistle
from wangge.whistle.web.shown import whistle_url


def _initial(request: HttpRequest) -> dict[str, Any]:
    """``?case=`` fills the form from a case, those linked to it come along; ``?again=`` from a whistle not blown."""
    again, given = request.GET.get("again", ""), request.GET.get("case", "")
    if again.isdecimal() and len(again) < 19:
        rows = policy.rows(request.user).filter(policy.drafted_anew(request.user))
        return from_whistle(get_object_or_404(rows, pk=int(again)))
    if not given.isdecimal() or len(given) > 18:
        return {}
    case = get_object_or_404(case_policy.rows(request.user).select_related("kind"), pk=int(given))
    linked = case_policy.rows(request.user).filter(root=case).order_by("pk")[:10]
    return from_case(case, list(linked))


@requires("whistle.draft")
def whistle_new(request: HttpRequest) -> HttpResponse:
    """The form; what is refused comes back with everything that was typed."""
    user = me(request)
    if request.method == "POST":
        form = DraftForm(request.POST, request.FILES, user=user)
        if form.is_valid():
            try:
                whistle = draft(by=user, **form.given())
            except ValidationError as error:
                form.take(error)
            except FlowError as error:
                form.add_error(None, str(error))
            else:
                _perhaps_blow(request, whistle)
                return redirect(whistle_url(whistle))
    else:
        form = DraftForm(user=user, initial=_initial(request))
    status = 400 if form.is_bound else 200
    return render(request, "whistle/desk/draft.html", {"title": "吹哨", "form": form}, status=status)


@requires("whistle.draft")
@require_GET
def whistle_new_map(request: HttpRequest) -> JsonResponse:
    """Outlines of the communities for which the user may write, to find the place on."""
    features: list[dict[str, Any]] = []
    for root in policy.drafting_paths(me(request)):
        features += territory.geojson(root, grids=False)["features"]
    return JsonResponse({"type": "FeatureCollection", "features": features})


def _perhaps_blow(request: HttpRequest, whistle: Whistle) -> None:
    """Who may blow it at once does so with the second button; else it waits for a signature."""
    if request.POST.get("do") != "blow":
        messages.success(request, "已起草，等待签发。")
        return
    try:
        WhistleFlow(whistle, request.user).blow()
    except FlowError as error:
        messages.warning(request, f"已起草，还没有吹响：{error}")
    else:
        messages.success(request, "哨已吹响，各单位已收到通知。")
