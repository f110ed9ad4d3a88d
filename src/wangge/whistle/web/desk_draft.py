"""Writing a whistle at the desk: from the button on a case, or on its own; editing it while it is a draft."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from wangge.cases import policy as case_policy
from wangge.kernel.access.routes import me, requires
from wangge.kernel.access.scopes import scope
from wangge.kernel.flow import Conflict, FlowError, seen_version
from wangge.territory import queries as territory
from wangge.whistle import policy
from wangge.whistle.drafting import draft
from wangge.whistle.enums import WhistleState
from wangge.whistle.flow import WhistleFlow
from wangge.whistle.models import Whistle
from wangge.whistle.redrafting import redraft
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
def whistle_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft in the same form. Who comes second is told who was first, and keeps what was typed."""
    user = me(request)
    rows = policy.rows(user).filter(scope(user, "whistle.draft").q("path", ""))
    whistle = get_object_or_404(rows, pk=pk)
    seen, status = whistle.version, 200
    if request.method == "POST":
        status, seen = 400, seen_version(request.POST.get("seen", ""))
        form = DraftForm(request.POST, request.FILES, user=user, whistle=whistle)
        if form.is_valid():
            try:
                redraft(whistle=whistle, seen=seen, by=user, **form.given())
            except ValidationError as error:
                form.take(error)
            except Conflict as error:
                # Told of the other's change, one may go on from it.
                status, seen = 409, whistle.version
                form.add_error(None, str(error))
            except FlowError as error:
                form.add_error(None, str(error))
            else:
                _perhaps_blow(request, get_object_or_404(rows, pk=pk), "已修改")
                return redirect(whistle_url(whistle))
    elif whistle.state != WhistleState.DRAFT:
        messages.warning(request, "已经签发或撤回，不能再修改。")
        return redirect(whistle_url(whistle))
    else:
        form = DraftForm(user=user, whistle=whistle)
    context = {"title": "修改草稿", "form": form, "whistle": whistle, "seen": seen, "conflict": status == 409}
    return render(request, "whistle/desk/draft.html", context, status=status)


@requires("whistle.draft")
@require_GET
def whistle_new_map(request: HttpRequest) -> JsonResponse:
    """Outlines of the communities for which the user may write, to find the place on."""
    features: list[dict[str, Any]] = []
    for root in policy.drafting_paths(me(request)):
        features += territory.geojson(root, grids=False)["features"]
    return JsonResponse({"type": "FeatureCollection", "features": features})


def _perhaps_blow(request: HttpRequest, whistle: Whistle, done: str = "已起草") -> None:
    """Who may blow it at once does so with the second button; else it waits for a signature."""
    if request.POST.get("do") != "blow":
        messages.success(request, f"{done}，等待签发。")
        return
    try:
        WhistleFlow(whistle, request.user).blow()
    except FlowError as error:
        messages.warning(request, f"{done}，还没有吹响：{error}")
    else:
        messages.success(request, "哨已吹响，各单位已收到通知。")
