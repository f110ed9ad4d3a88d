"""The intake desk (受理台): a form that fills while one listens and types."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from wangge.cases import policy
from wangge.cases.dispatching import CannotDispatch
from wangge.cases.enums import TOLD, Channel, DemandType, Urgency
from wangge.cases.intake import THEN, take_in
from wangge.cases.models import Case
from wangge.cases.web import once
from wangge.cases.web.intake_form import Help, IntakeForm, filing, help_for
from wangge.cases.web.shown import case_url, dress
from wangge.kernel.access.routes import requires
from wangge.kernel.access.scopes import permissions
from wangge.kernel.flow import FlowError

SOURCE = "desk"
TITLES = {
    Channel.HOTLINE: "受理台",
    Channel.WINDOW: "窗口登记",
    Channel.DEPUTY: "两代表一委员建议",
    Channel.SUGGESTION: "人民建议征集",
}


def _page(request: HttpRequest, form: IntakeForm, help_: Help, channel: str, *, status: int = 200) -> HttpResponse:
    held = permissions(request.user)
    context = _assist(request, help_) | {
        "title": TITLES.get(channel, "登记"),  # type: ignore[call-overload]
        "form": form,
        "told": TOLD,
        "may_dispatch": "cases.dispatch" in held,
        "may_answer": "cases.answer" in held,
    }
    return render(request, "cases/desk/intake.html", context, status=status)


def _assist(request: HttpRequest, help_: Help) -> dict[str, Any]:
    dress([*help_.history, *(r.case for r in help_.similar)])
    return {"help": help_, "may_link": "cases.link" in permissions(request.user)}


def _first(form: IntakeForm, channel: str) -> dict[str, Any]:
    offered = dict(form.fields["channel"].choices)  # type: ignore[attr-defined]
    return {
        "channel": channel if channel in offered else next(iter(offered), ""),
        "token": uuid.uuid4(),
        "demand_type": DemandType.HELP if channel == Channel.HOTLINE else DemandType.SUGGESTION,
        "urgency": Urgency.NORMAL,
        "reply_wanted": True,
    }


def _desk(request: HttpRequest, channel: str) -> HttpResponse:
    if request.method != "POST":
        form = IntakeForm(user=request.user)
        form.initial = _first(form, channel)
        return _page(request, form, Help(), channel)
    form = IntakeForm(request.POST, request.FILES, user=request.user)
    help_ = help_for(form, request.user)
    then = request.POST.get("do", "file")
    known = once.filed(SOURCE, request.POST)
    if known is not None and known.created_by_id == request.user.pk and then in THEN:
        return _done(request, known, then)
    if form.is_valid():
        try:
            case = take_in(
                then=then,
                by=request.user,
                told=form.cleaned_data["told"],
                disposition=form.cleaned_data["disposition"],
                root=_root(request, help_),
                files=form.cleaned_data["proof"],
                source_system=SOURCE if form.cleaned_data["token"] else "",
                source_number=once.number_of(request.POST) if form.cleaned_data["token"] else None,
                **filing(form, help_),
            )
        except ValidationError as error:
            _show(form, error)
        except (FlowError, CannotDispatch) as error:
            form.add_error(None, str(error))
        else:
            return _done(request, case, then)
    return _page(request, form, help_, channel, status=400)


def _root(request: HttpRequest, help_: Help) -> Case | None:
    return policy.rows(request.user).filter(pk=help_.root_id).first() if help_.root_id else None


def _show(form: IntakeForm, error: ValidationError) -> None:
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, messages_ in error.message_dict.items():
        form.add_error(name if name in form.fields else None, messages_)


def _done(request: HttpRequest, case: Case, then: str) -> HttpResponse:
    case = Case.objects.select_related("lead_office").get(pk=case.pk)
    to = f"，已派给{case.lead_office.name}" if case.lead_office else ""
    messages.success(request, f"已{THEN[then]}：{case.number}{to}。")
    if request.POST.get("stay") or not policy.may_see(request.user, case):
        return redirect(request.path)
    return redirect(case_url(case))


@requires("cases.create")
def case_intake(request: HttpRequest) -> HttpResponse:
    return _desk(request, Channel.HOTLINE)


@requires("cases.create")
def case_intake_window(request: HttpRequest) -> HttpResponse:
    return _desk(request, Channel.WINDOW)


@requires("cases.create", "cases.suggest")
def case_intake_deputy(request: HttpRequest) -> HttpResponse:
    return _desk(request, Channel.DEPUTY)


@requires("cases.create", "cases.suggest")
def case_intake_suggestion(request: HttpRequest) -> HttpResponse:
    return _desk(request, Channel.SUGGESTION)


@requires("cases.create", "cases.suggest")
@require_POST
def case_intake_help(request: HttpRequest) -> HttpResponse:
    """The part beside the form, from what is typed so far."""
    form = IntakeForm(request.POST, user=request.user)
    return render(request, "cases/desk/intake_help.html", _assist(request, help_for(form, request.user)))
