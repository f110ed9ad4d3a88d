"""The grid worker's phone: my grids, what is to check, and one matter with its large buttons."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from wangge.cases import actions, fieldwork, following, policy, queries
from wangge.cases.boxes import BOXES, offices_with
from wangge.cases.enums import DONE_STATES, PartState
from wangge.cases.flow import CaseFlow
from wangge.cases.models import Case, CasePart, Requester
from wangge.cases.story import story
from wangge.cases.web import shown
from wangge.cases.web.desk_case import find, panels, who
from wangge.cases.web.forms import StepForm, step_form
from wangge.kernel.access.errors import AccessError
from wangge.kernel.access.routes import requires
from wangge.kernel.access.scopes import may, scope
from wangge.kernel.access.unmask import unmask
from wangge.kernel.attachments import queries as attachments
from wangge.kernel.flow import Conflict, FlowError, seen_version
from wangge.territory import queries as territory

PER_PAGE: Final = 20
MOST_CHECKS: Final = 200
# Who opens a matter on the phone: those whose field it is, and whoever checks on the spot.
MAY: Final = ("field.use", "cases.check")
# What is done standing on the spot; everything else belongs to the desk.
STEPS: Final = ("sign", "contact", "report_part", "hand_back", "reply", "check_pass", "check_fail")


def _cards(rows: list[Case]) -> list[Case]:
    shown.dress(rows)
    return rows


@requires("field.use", "cases.suggest")
@never_cache
@require_GET
def field_grid(request: HttpRequest) -> HttpResponse:
    """My grids with their counts, and the matters in them (a deputy: what I proposed)."""
    user, now = request.user, timezone.now()
    if not may(user, fieldwork.USE):
        return _own(request)
    chosen = next((v for v in fieldwork.VIEWS if v.code == request.GET.get("view")), None)
    chosen = chosen or fieldwork.first_waiting(user, now)
    searched = request.GET.get("q", "").strip()[:100]
    place = request.GET.get("grid", "")
    if searched:
        rows = queries.search(policy.rows(user), searched, within=scope(user, "cases.read"))
        if queries.looks_like_phone(searched):
            rows = rows.filter(policy.requester_visible(user))
    else:
        rows = chosen.rows(user, now)
    if place.isdigit() and len(place) <= 17:
        rows = rows.filter(path__startswith=place)
    ordered = rows.select_related("kind").order_by(F("next_due_at").asc(nulls_last=True), "-created_at", "-pk")
    page = Paginator(ordered, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "title": "我的网格",
        "grids": fieldwork.my_grids(user, now),
        "views": fieldwork.VIEWS,
        "chosen": chosen,
        "place": place,
        "place_name": territory.name_of(place) if place else "",
        "searched": searched,
        "page": page,
        "cards": _cards(list(page.object_list)),
    }
    return render(request, "cases/field/grid.html", context)


def _own(request: HttpRequest) -> HttpResponse:
    page = Paginator(fieldwork.own_reports(request.user).order_by("-created_at", "-pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {"title": "我的建议", "page": page, "cards": _cards(list(page.object_list))}
    return render(request, "cases/field/own.html", context)


@requires("cases.suggest")
@never_cache
@require_GET
def field_own(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal of a deputy's own: where it stands, the way so far, and the answer (H10)."""
    case = get_object_or_404(fieldwork.own_reports(request.user), pk=pk)
    shown.dress([case])
    stands, next_words = following.STANDS[case.state]
    context = {
        "title": "我的建议",
        "back": reverse("field_grid"),
        "case": case,
        "stands": stands,
        "next_words": "" if case.state in DONE_STATES else next_words,
        "place": territory.full_name(case.path, from_level=4) if len(case.path) > 6 else "",
        "expected": following.expected(case),
        "answer": following.answer_of(case),
        "steps": following.steps_told(case),
    }
    return render(request, "cases/field/own_case.html", context)


@requires("cases.check")
@never_cache
@require_GET
def field_checks(request: HttpRequest) -> HttpResponse:
    """What is to check, by due time; with a position the phone itself puts the nearest first."""
    rows = policy.rows(request.user).filter(pk__in=BOXES["check"].rows(request.user).order_by().values("pk"))
    total = rows.count()
    waiting = list(rows.select_related("kind").order_by("replied_at", "pk")[:MOST_CHECKS])
    did = CasePart.objects.filter(answered_by_id=request.user.pk).exclude(state=PartState.WITHDRAWN)
    own = {case.pk for case in waiting if case.handled_by_id == request.user.pk}
    own |= set(did.filter(case__in=waiting).values_list("case_id", flat=True))
    context = {"title": "核查", "total": total, "most": MOST_CHECKS, "cards": _cards(waiting), "own": own}
    return render(request, "cases/field/checks.html", context)


def _asked(case: Case, user: Any) -> list[str]:
    """What whoever gave a part to the user's offices asks of them, until it is answered."""
    mine = case.parts.unanswered().filter(office_id__in=offices_with(user, "cases.handle")).exclude(asked="")
    return list(mine.order_by("pk").values_list("asked", flat=True))


def _page(
    request: HttpRequest,
    case: Case,
    *,
    bound: tuple[str, StepForm] | None = None,
    clear: dict[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """The matter; with a bound form nothing that was typed is lost."""
    user = request.user
    steps = panels(case, user, bound)
    shown.dress([case])
    context: dict[str, Any] = {
        "title": "事项",
        "back": reverse("field_grid" if may(user, fieldwork.USE) else "field_checks"),
        "case": case,
        "badge": shown.state_badge(case),
        "flags": shown.flags(case),
        "place": territory.full_name(case.path, from_level=4) if len(case.path) > 6 else territory.name_of(case.path),
        "clocks": [line for line in queries.clock_lines(case) if line["clock"].stopped_at is None],
        "files": list(attachments.of(case)),
        "who": who(case, user, clear),
        "clear": clear or {},
        "problem": problem,
        "panels": [p for p in steps if p.option.step.name in STEPS],
        "elsewhere": [p.option.step.label for p in steps if p.option.step.name not in STEPS and p.option.allowed],
        "bound": bound[0] if bound else "",
        "asked": _asked(case, user),
        "story": shown.timeline_entries(story(case)),
        "map_url": reverse("case_map", args=[case.pk]),
    }
    response = render(request, "cases/field/case.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


@requires(*MAY)
@require_GET
def field_case(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, find(request, pk))


@requires(*MAY)
@require_POST
def field_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One endpoint for the steps of the phone; what fails comes back on a fresh page."""
    case = find(request, pk)
    if name not in STEPS:
        raise Http404
    form = step_form(name, case, request.user, request.POST, request.FILES)
    status = 422
    if form.is_valid():
        try:
            actions.take_step(
                case=case,
                step=name,
                by=request.user,
                seen=seen_version(request.POST.get("seen", "")),
                reason=form.said(),
                files=form.attached(),
                **form.given(),
            )
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        except FlowError as error:
            status = 409 if isinstance(error, Conflict) else 422
            messages.error(request, str(error))
        else:
            messages.success(request, f"已{CaseFlow.steps()[name].label}。")
            if not policy.may_see(request.user, case):  # the part was handed back
                return redirect("field_grid" if may(request.user, fieldwork.USE) else "field_checks")
            return redirect("field_case", pk=pk)
    return _page(request, find(request, pk), bound=(name, form), status=status)


@requires("cases.unmask_requester")
@require_POST
def field_unmask(request: HttpRequest, pk: int) -> HttpResponse:
    """The phone in clear, to call; once, with a reason, counted and recorded."""
    case = find(request, pk)
    requester = get_object_or_404(Requester.objects.select_related("case"), case=case)
    if not policy.may_read_requester(request.user, case):
        raise Http404
    try:
        phone = unmask(request.user, requester, "phone", request.POST.get("reason", ""))  # type: ignore[arg-type]
    except AccessError as error:
        return _page(request, case, problem=str(error), status=422)
    return _page(request, case, clear={"phone": phone})
