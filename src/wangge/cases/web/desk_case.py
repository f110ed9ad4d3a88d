"""The page of a case: one story, and a panel of what this user may do next."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from wangge.cases import actions, guards, policy, queries, repeats
from wangge.cases.boxes import BOXES, boxes_for
from wangge.cases.dispatching import CannotDispatch
from wangge.cases.enums import TOLD, CaseState, RequestState
from wangge.cases.flow import CaseFlow
from wangge.cases.models import Case, Requester
from wangge.cases.panels import note_of, panels_of
from wangge.cases.story import story
from wangge.cases.web import shown
from wangge.cases.web.forms import StepForm, step_form
from wangge.cases.web.handling import AskForm, ClassifyForm, DecideForm
from wangge.kernel.access.errors import AccessError
from wangge.kernel.access.personal import mask_name, mask_phone
from wangge.kernel.access.routes import requires
from wangge.kernel.access.scopes import permissions
from wangge.kernel.access.unmask import unmask
from wangge.kernel.attachments import queries as attachments
from wangge.kernel.audit.recording import record
from wangge.kernel.flow import Conflict, FlowError, Option, seen_version
from wangge.organization import queries as organization
from wangge.territory import queries as territory

COMMUNITY: Final = 12
PART: Final = "report_part"
# Matters that are still looking for their own: others like them are shown.
LINKABLE = (CaseState.RECEIVED, CaseState.DISPATCHED, CaseState.HANDLING)


@dataclass(frozen=True, slots=True)
class Panel:
    """A step in the panel: its button, its form, and whether it stands open."""

    option: Option
    form: StepForm | None
    open: bool
    note: str = ""


def find(request: HttpRequest, pk: int) -> Case:
    """The case, if the user sees it; otherwise it does not exist."""
    rows = policy.rows(request.user).select_related("kind__parent", "lead_office", "root")
    return get_object_or_404(rows, pk=pk)


def panels(case: Case, user: Any, bound: tuple[str, StepForm] | None = None) -> list[Panel]:
    """The steps of this user, allowed ones with their form. Open stands the bound form (with its errors), else the main
    step, else the answer for a part: whoever was given one came for that."""
    found = []
    options = CaseFlow(case, user).options()
    opened = bound[0] if bound else next((o.step.name for o in options if o.allowed and o.step.primary), "")
    for option in options:
        name = option.step.name
        if bound is not None and bound[0] == name:
            form: StepForm | None = bound[1]
        else:
            form = step_form(name, case, user) if option.allowed else None
            if form is not None and not form.applies():
                continue
        found.append(Panel(option, form, name == opened, note_of(name, case) if form is not None else ""))
    if not opened:
        found = [replace(p, open=p.form is not None) if p.option.step.name == PART else p for p in found]
    return sorted(found, key=lambda p: (not p.option.allowed, not p.open, not p.option.step.primary))


def who(case: Case, user: Any, clear: dict[str, str] | None = None) -> dict[str, Any]:
    """The requester as this user may see them: masked, or (after an unmasking) in clear."""
    may_read = policy.may_read_requester(user, case)
    requester = Requester.objects.filter(case=case).first() if may_read else None
    shown_name, shown_phone = "", ""
    if requester is not None:
        clear = clear or {}
        shown_name = clear.get("name") or mask_name(requester.name)
        shown_phone = clear.get("phone") or mask_phone(requester.phone)
    return {
        "may_read": may_read,
        "requester": requester,
        "name": shown_name,
        "phone": shown_phone,
        "may_unmask": requester is not None and policy.may_unmask_requester(user, case),
    }


def _requests(case: Case, user: Any) -> list[dict[str, Any]]:
    rows = []
    for row in case.requests.order_by("-asked_at", "-pk"):
        pending = row.state == RequestState.PENDING
        verb = "cases.exclude" if row.kind == "exclusion" else "cases.review_request"
        rows.append(
            {
                "row": row,
                "office": organization.names([row.office_id]).get(row.office_id or 0, ""),
                "may_decide": pending and row.asked_by_id != user.pk and policy.over(verb)(user, case),
                "may_withdraw": pending and row.asked_by_id == user.pk,
                "form": DecideForm(auto_id=f"decide{row.pk}_%s"),
            }
        )
    return rows


def _similar(case: Case, user: Any) -> list[repeats.Repeat]:
    if case.state not in LINKABLE:
        return []
    return repeats.similar(
        user,
        text=f"{case.title} {case.text}",
        path=case.path,
        kind_id=case.kind_id,
        lng=case.lng,
        lat=case.lat,
        exclude_id=case.pk,
    )


def page(
    request: HttpRequest,
    case: Case,
    *,
    bound: tuple[str, StepForm] | None = None,
    ask_form: AskForm | None = None,
    classify_form: ClassifyForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole page; with a bound form nothing that was typed is lost."""
    user = request.user
    may_classify = case.state == CaseState.RECEIVED and policy.may_dispatch(user, case)
    asks = policy.holding("cases.request")(user, case) and bool(actions.may_be_asked(case))
    ask_why_not = guards.only_a_part(user, case, "cases.request") if asks else ""
    steps = panels(case, user, bound)
    shown.dress([case])
    context = {
        "title": case.title,
        "case": case,
        "badge": shown.state_badge(case),
        "flags": shown.flags(case),
        "clocks": queries.clock_lines(case),
        "place": territory.full_name(case.path),
        "who": who(case, user),
        "files": list(attachments.of(case)),
        "parts": list(case.parts.select_related("office").order_by("-role", "pk")),
        "requests": _requests(case, user),
        "linked": list(policy.rows(user).filter(root=case).order_by("-created_at")[:50]),
        "similar": _similar(case, user),
        "may_link": any(p.option.step.name == "link" and p.option.allowed for p in steps),
        "story": shown.timeline_entries(story(case)),
        "panels": steps,
        "more": panels_of(request, case),
        "told": TOLD,
        "held": permissions(user),
        "root_visible": case.root is not None and policy.may_see(user, case.root),
        "ask_form": ask_form or (AskForm(case=case, auto_id="ask_%s") if asks else None),
        "ask_why_not": ask_why_not,
        "classify_form": classify_form
        or (ClassifyForm(case=case, user=user, auto_id="classify_%s") if may_classify else None),
        "back": _back(request),
        "has_map": case.lng is not None or bool(_around(case)),
    }
    return render(request, "cases/desk/case.html", context, status=status)


def _back(request: HttpRequest) -> str:
    box = request.GET.get("box", "")
    return box if box in BOXES and any(b.code == box for b in boxes_for(request.user)) else ""


@requires("cases.read")
@require_GET
def case_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return page(request, find(request, pk))


@requires("cases.read")
@require_POST
def case_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One endpoint for every step. What fails comes back on a fresh page with everything that was typed."""
    case = find(request, pk)
    declared = CaseFlow.steps().get(name)
    if declared is None or declared.system:
        raise Http404
    form = step_form(name, case, request.user, request.POST, request.FILES)
    seen = seen_version(request.POST.get("seen", ""))
    status = 400
    if form.is_valid():
        try:
            actions.take_step(
                case=case,
                step=name,
                by=request.user,
                seen=seen,
                reason=form.said(),
                files=form.attached(),
                **form.given(),
            )
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        except (FlowError, CannotDispatch) as error:
            status = 409 if isinstance(error, Conflict) else 400
            messages.error(request, str(error))
        else:
            messages.success(request, f"已{declared.label}。")
            # Whoever handed a part back may have nothing more to do with the matter.
            return redirect(shown.case_url(case) if policy.may_see(request.user, case) else "case_my_work")
    # The state may have moved on (or been changed in memory by a body that was undone): read it again.
    fresh = find(request, pk)
    return page(request, fresh, bound=(name, form), status=status)


@requires("cases.dispatch")
@require_POST
def case_classify(request: HttpRequest, pk: int) -> HttpResponse:
    """Kind and place of a case that waits for dispatch."""
    case = find(request, pk)
    form = ClassifyForm(request.POST, case=case, user=request.user, auto_id="classify_%s")
    if form.is_valid():
        try:
            actions.classify(case=case, kind=form.kind(), place=form.place(), by=request.user)
        except (FlowError, ValidationError) as error:
            messages.error(request, " ".join(error.messages) if isinstance(error, ValidationError) else str(error))
        else:
            messages.success(request, "已更新类别和地点。")
            return redirect(shown.case_url(case))
    return page(request, find(request, pk), classify_form=form, status=400)


@requires("cases.request")
@require_POST
def case_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Apply for an extension, a suspension or an exclusion."""
    case = find(request, pk)
    form = AskForm(request.POST, case=case, auto_id="ask_%s")
    if form.is_valid():
        try:
            actions.ask(case=case, by=request.user, **form.cleaned_data)
        except FlowError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "申请已提交，等待审批。")
            return redirect(shown.case_url(case))
    return page(request, case, ask_form=form, status=400)


@requires("cases.review_request", "cases.exclude", "cases.request")
@require_POST
def case_decide(request: HttpRequest, pk: int, request_pk: int) -> HttpResponse:
    """Approve, refuse or (the applicant) withdraw an application."""
    case = find(request, pk)
    row = get_object_or_404(case.requests.all(), pk=request_pk)
    form = DecideForm(request.POST)
    wanted = request.POST.get("do", "")
    try:
        if wanted == "withdraw":
            actions.withdraw(request=row, by=request.user)
            messages.success(request, "已撤回申请。")
        elif wanted in {"approve", "refuse"} and form.is_valid():
            actions.decide(
                request=row, approve=wanted == "approve", decision=form.cleaned_data["decision"], by=request.user
            )
            messages.success(request, "已同意。" if wanted == "approve" else "已答复不同意。")
        else:
            messages.error(request, "请选择同意或不同意，意见不超过500字。")
    except FlowError as error:
        messages.error(request, str(error))
    return redirect(shown.case_url(case))


@requires("cases.unmask_requester")
@require_POST
def case_unmask(request: HttpRequest, pk: int) -> HttpResponse:
    """The phone or the name in clear, once, with a reason; counted and recorded."""
    case = find(request, pk)
    requester = Requester.objects.select_related("case").filter(case=case).first()
    if requester is None or not policy.may_read_requester(request.user, case):
        raise Http404
    name = request.POST.get("field", "phone")
    clear, problem = {}, ""
    try:
        clear[name] = unmask(request.user, requester, name, request.POST.get("reason", ""))  # type: ignore[arg-type]
    except AccessError as error:
        problem = str(error)
    context = {"case": case, "who": who(case, request.user, clear), "problem": problem}
    response = render(request, "cases/desk/who.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _around(case: Case) -> list[dict[str, Any]]:
    """The grids of the community; of a wider place its outline and those one level below, never a thousand grids."""
    path = case.path[:COMMUNITY]
    found = territory.geojson(path, grids=len(path) == COMMUNITY)["features"]
    deepest = territory.level_of(path) + 1
    return [one for one in found if len(path) == COMMUNITY or one["properties"]["level"] <= deepest]


def _shorten(features: list[dict[str, Any]]) -> None:
    """友谊小区第一第1网格 → 第1网格: what the names begin with alike is said on the page already."""
    all_ = [one["properties"] for one in features]
    grids = [one for one in all_ if one["kind"] != "division"]
    alike = _alike([one["name"] for one in grids])
    for one in all_:  # the community's own outline lies around its grids: no name in their midst
        one["name"] = "" if grids and one not in grids else one["name"].removeprefix(alike)


def _alike(names: list[str]) -> str:
    """What several names begin with alike, without the number that tells them apart."""
    if len(names) < 2:
        return ""
    first, last = min(names), max(names)
    end = next((place for place, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return re.sub(r"第?[0-9]*$", "", first[:end])


@requires("cases.read")
@require_GET
def case_map(request: HttpRequest, pk: int) -> JsonResponse:
    """Where it is: what lies around it, and the point."""
    case = find(request, pk)
    features = _around(case)
    _shorten(features)
    for feature in features:
        if feature["properties"]["path"] == case.path and len(case.path) > COMMUNITY:
            feature["properties"] |= {"tone": "warn", "here": True}
    if case.lng is not None and case.lat is not None:
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [case.lng, case.lat]},
                "properties": {"name": case.address or case.title, "tone": "danger"},
            }
        )
    return JsonResponse({"type": "FeatureCollection", "features": features})


@requires("cases.print")
@require_GET
def case_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The official order (工单) on A4. Printing is recorded."""
    case = find(request, pk)
    shown.dress([case])
    record("cases.case.print", case)
    context = {
        "case": case,
        "place": territory.full_name(case.path),
        "who": who(case, request.user),
        "clocks": queries.clock_lines(case),
        "parts": list(case.parts.exclude(state="withdrawn").select_related("office").order_by("-role", "pk")),
        "story": story(case),
        "office": organization.office_of(request.user),
    }
    return render(request, "cases/desk/case_print.html", context)
