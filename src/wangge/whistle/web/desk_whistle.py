"""The page of a whistle: one story, every department with its clocks, and a panel of what this user may do next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any

import segno
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from wangge.cases.limits import Limit, hit, in_words, wait
from wangge.kernel.access.routes import me, polled, requires
from wangge.kernel.access.scopes import permissions
from wangge.kernel.attachments import queries as attachments
from wangge.kernel.audit.recording import record
from wangge.kernel.flow import Conflict, FlowError, Option, seen_version
from wangge.kernel.flow.forms import StepForm
from wangge.organization import queries as organization
from wangge.territory import queries as territory
from wangge.whistle import actions, checkin, clocks, evaluating, policy, queries
from wangge.whistle.enums import LIVE_STATES, LimitName, SummonsState, WhistleState
from wangge.whistle.flow import WhistleFlow
from wangge.whistle.models import Summons, Whistle
from wangge.whistle.story import story
from wangge.whistle.summons_flow import SummonsFlow
from wangge.whistle.web import shown
from wangge.whistle.web.forms import JudgeForm, MeetingForm, step_form
from wangge.whistle.web.parts import evaluations, summons_parts

# Wrong codes of one person: the code is short, so are the tries.
MISSES = Limit("whistle-code", 10, timedelta(minutes=10))


@dataclass(frozen=True, slots=True)
class Panel:
    """A step in the panel: whose it is, its button, its form, and whether it stands open."""

    subject: Whistle | Summons
    office: str
    option: Option
    form: StepForm | None
    url: str
    open: bool


# Stand at the end of the panel.
LAST = frozenset({"suspend", "withdraw", "arrive_again", "confirm_again"})
BY_CODE = frozenset({"arrive", "arrive_again"})
Bound = tuple[Whistle | Summons, str, StepForm]


def find(request: HttpRequest, pk: int) -> Whistle:
    """The whistle, if the user sees it; otherwise it does not exist."""
    return get_object_or_404(policy.rows(request.user).select_related("matter", "posture"), pk=pk)


def find_summons(request: HttpRequest, pk: int) -> Summons:
    return get_object_or_404(policy.summonses(request.user).select_related("whistle", "office"), pk=pk)


def panels(whistle: Whistle, user: Any, bound: Bound | None = None) -> list[Panel]:
    """The steps of this user on the whistle and on every summons, allowed ones with their form."""
    found = _panels_of(whistle, "", user, bound)
    rows = whistle.summonses.exclude(state__in=[SummonsState.RELEASED, SummonsState.PREPARED]).select_related("office")
    for summons in rows.order_by("-role", "pk"):
        summons.whistle = whistle
        found += _panels_of(summons, summons.office.name, user, bound)
    return sorted(found, key=lambda p: (not p.option.allowed, not p.option.step.primary, p.option.step.name in LAST))


def _panels_of(subject: Whistle | Summons, office: str, user: Any, bound: Bound | None) -> list[Panel]:
    is_whistle = isinstance(subject, Whistle)
    flow: Any = WhistleFlow(subject, user) if is_whistle else SummonsFlow(subject, user)  # type: ignore[arg-type]
    route = "whistle_step" if is_whistle else "summons_step"
    found = []
    for option in flow.options():
        name = option.step.name
        mine = bound is not None and type(bound[0]) is type(subject) and bound[0].pk == subject.pk and bound[1] == name
        form = bound[2] if mine and bound is not None else step_form(name, subject, user) if option.allowed else None
        found.append(Panel(subject, office, option, form, reverse(route, args=[subject.pk, name]), mine))
    return found


def page(
    request: HttpRequest,
    whistle: Whistle,
    *,
    bound: Bound | None = None,
    meeting_form: MeetingForm | None = None,
    judge_form: JudgeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole page; with a bound form nothing that was typed is lost."""
    user = me(request)
    shown.dress([whistle])
    steps = panels(whistle, user, bound)
    if bound is None and steps and steps[0].option.allowed and steps[0].option.step.primary:
        first = steps[0]
        steps[0] = Panel(first.subject, first.office, first.option, first.form, first.url, open=True)
    over = policy.over("whistle.meet")(user, whistle)
    may_meet = over and whistle.state in LIVE_STATES
    office_id = evaluating.judging_office(user, whistle) if whistle.state == "closed" else None
    judged = office_id is not None and whistle.judgements.filter(office_id=office_id).exists()
    context = {
        "title": whistle.title,
        "whistle": whistle,
        "kind_badge": shown.kind_badge(whistle),
        "badge": shown.state_badge(whistle),
        "place": territory.full_name(whistle.path),
        "cases": queries.matters_of(whistle, user),
        "items": list(whistle.items.all()),
        "files": list(attachments.of(whistle)),
        "summonses": summons_parts(whistle, user),
        "meetings": list(whistle.meetings.prefetch_related("tasks__summons__office")),
        "limits": [
            (label, clocks.limit_of(whistle, name)) for name, label in LimitName.choices if name in whistle.limits
        ],
        "panels": steps,
        "held": permissions(user),
        "story": story(whistle),
        "may_show_code": _may_show_code(user, whistle),
        "may_edit": whistle.state == WhistleState.DRAFT and policy.may_redraft(user, whistle),
        "may_draft_anew": policy.may_draft_anew(user, whistle),
        "meeting_form": meeting_form
        or (MeetingForm(whistle=whistle, user=user, auto_id="meet_%s") if may_meet else None),
        "judge_form": judge_form or (JudgeForm(auto_id="judge_%s") if office_id is not None and not judged else None),
        "judging_office": organization.names([office_id]).get(office_id or 0, ""),
        "evaluations": evaluations(whistle, user),
        "signers": _signers(whistle),
    }
    return render(request, "whistle/desk/whistle.html", context, status=status)


def _signers(whistle: Whistle) -> list[tuple[str, Any]]:
    """Of a hard whistle: who has signed, and who is waited for."""
    if whistle.kind != "hard":
        return []
    return [("党工委书记", whistle.secretary_at), ("办事处主任", whistle.director_at)]


def _may_show_code(user: Any, whistle: Whistle) -> bool:
    return whistle.state == "running" and policy.over("whistle.check")(user, whistle)


@requires("whistle.read")
@require_GET
def whistle_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return page(request, find(request, pk))


def take(
    request: HttpRequest, subject: Whistle | Summons, name: str, *, misses_to: str = ""
) -> tuple[StepForm, int, str]:
    """Take a step as the page sent it: the bound form, the status (200: taken) and what was said."""
    flow = WhistleFlow if isinstance(subject, Whistle) else SummonsFlow
    declared = flow.steps().get(name)
    if declared is None or declared.system:
        raise Http404
    form = step_form(name, subject, request.user, request.POST, request.FILES)
    if not form.is_valid():
        return form, 400, ""
    by_code = name in BY_CODE and form.cleaned_data.get("way") == "code"
    if by_code and (seconds := wait(MISSES, misses_to)):
        return form, 429, f"签到码错误次数过多，请{in_words(seconds)}再试，或由街道确认到场。"
    seen = seen_version(request.POST.get("seen", ""))
    try:
        actions.take_step(
            subject=subject,
            step=name,
            by=request.user,
            seen=seen,
            reason=form.said(),
            files=form.attached(),
            **form.given(),
        )
    except ValidationError as error:
        return form, 400, " ".join(error.messages)
    except FlowError as error:
        if by_code and "签到码" in str(error):
            hit(MISSES, misses_to)
        return form, 409 if isinstance(error, Conflict) else 400, str(error)
    return form, 200, f"已{declared.label}。"


@requires("whistle.read")
@require_POST
def whistle_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One endpoint for every step of a whistle; what fails comes back with everything that was typed."""
    whistle = find(request, pk)
    form, status, said = take(request, whistle, name)
    if status == 200:
        messages.success(request, said)
        return redirect(shown.whistle_url(whistle))
    if said:
        messages.error(request, said)
    return page(request, find(request, pk), bound=(whistle, name, form), status=status)


@requires("whistle.read")
@require_POST
def summons_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """The same for a summons."""
    summons = find_summons(request, pk)
    form, status, said = take(request, summons, name, misses_to=str(request.user.pk))
    if status == 200:
        messages.success(request, said)
        if not policy.rows(request.user).filter(pk=summons.whistle_id).exists():
            return redirect("whistle_list")
        return redirect("whistle_detail", pk=summons.whistle_id)
    if said:
        messages.error(request, said)
    return page(request, find(request, summons.whistle_id), bound=(summons, name, form), status=status)


@requires("whistle.read")
@require_GET
def whistle_map(request: HttpRequest, pk: int) -> JsonResponse:
    """The place of the whistle within its community, as GeoJSON."""
    whistle = find(request, pk)
    return JsonResponse(territory.geojson(whistle.path[:12], grids=False))


@requires("whistle.read")
@require_GET
def whistle_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The order on paper."""
    whistle = find(request, pk)
    shown.dress([whistle])
    record("whistle.whistle.print", whistle)
    context = {
        "whistle": whistle,
        "place": territory.full_name(whistle.path),
        "items": list(whistle.items.all()),
        "summonses": summons_parts(whistle, request.user),
        "meetings": list(whistle.meetings.prefetch_related("tasks__summons__office")),
        "limits": [
            (label, clocks.limit_of(whistle, name)) for name, label in LimitName.choices if name in whistle.limits
        ],
        "story": story(whistle),
        "signers": _signers(whistle),
        "office": organization.office_of(request.user),
    }
    return render(request, "whistle/desk/whistle_print.html", context)


def _code_address(request: HttpRequest, whistle: Whistle, code: str) -> str:
    return request.build_absolute_uri(f"{reverse('field_whistle', args=[whistle.pk])}?code={code}")


@polled
@requires("whistle.check")
@never_cache
@require_GET
def whistle_code(request: HttpRequest, pk: int) -> HttpResponse:
    """The code that the street shows on the spot, large; renewed by itself."""
    whistle = find(request, pk)
    if not _may_show_code(request.user, whistle):
        raise Http404
    code = checkin.code_of(whistle.pk, timezone.now())
    return render(request, "whistle/desk/code.html", {"whistle": whistle, "code": code})


@polled
@requires("whistle.check")
@never_cache
@require_GET
def whistle_code_image(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as a picture to scan."""
    whistle = find(request, pk)
    if not _may_show_code(request.user, whistle):
        raise Http404
    address = _code_address(request, whistle, checkin.code_of(whistle.pk, timezone.now()))
    picture = BytesIO()
    segno.make(address, error="m", micro=False).save(picture, kind="svg", scale=6, border=2)
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")
