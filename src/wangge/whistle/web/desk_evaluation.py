"""Meetings, ratings, judgements and appeals, as the page of a whistle sends them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from wangge.kernel.access.routes import me, requires
from wangge.kernel.flow import FlowError
from wangge.organization import notices
from wangge.whistle import evaluating, policy
from wangge.whistle.actions import Resolution, hold_meeting
from wangge.whistle.models import Appeal, Judgement, Rating, WhistleNotice
from wangge.whistle.web.desk_whistle import find, find_summons, page
from wangge.whistle.web.forms import AppealForm, DecideForm, JudgeForm, MeetingForm, RateForm


def _done(request: HttpRequest, form: forms.Form, act: Callable[[], Any], said: str) -> bool:
    """Whether it went well; what did not is said on the page."""
    if not form.is_valid():
        labels = {name: str(field.label or "") for name, field in form.fields.items()}
        words = [f"{labels.get(name, '')}：{e.as_text().lstrip('* ')}" for name, e in form.errors.items()]
        messages.error(request, "；".join(words))
        return False
    try:
        act()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return False
    except FlowError as error:
        messages.error(request, str(error))
        return False
    messages.success(request, said)
    return True


@requires("whistle.meet")
@require_POST
def whistle_meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """A coordination meeting; its resolutions become tasks."""
    whistle = find(request, pk)
    form = MeetingForm(request.POST, whistle=whistle, user=request.user, auto_id="meet_%s")

    def act() -> None:
        clean = form.cleaned_data
        hold_meeting(
            whistle=whistle,
            held_at=clean["held_at"],
            chair=clean["chair"],
            summary=clean["summary"],
            resolutions=[Resolution(*row) for row in form.resolutions()],
            by=me(request),
        )

    if _done(request, form, act, "协调会已登记，议定事项已转为任务。"):
        return redirect("whistle_detail", pk=pk)
    return page(request, find(request, pk), meeting_form=form, status=400)


@requires("whistle.rate")
@require_POST
def summons_rate(request: HttpRequest, pk: int) -> HttpResponse:
    """The street rates a department."""
    summons = find_summons(request, pk)
    form = RateForm(request.POST)
    _done(
        request, form, lambda: evaluating.rate(summons=summons, by=me(request), **form.cleaned_data), "已评价该单位。"
    )
    return redirect("whistle_detail", pk=summons.whistle_id)


@requires("whistle.judge", "whistle.judge_final")
@require_POST
def whistle_judge(request: HttpRequest, pk: int) -> HttpResponse:
    """A department or the command centre says whether the whistle was proper."""
    whistle = find(request, pk)
    form = JudgeForm(request.POST, auto_id="judge_%s")
    office_id = evaluating.judging_office(me(request), whistle)
    if office_id is None:
        raise Http404

    def act() -> None:
        evaluating.judge(whistle=whistle, office_id=office_id, by=me(request), **form.cleaned_data)

    if _done(request, form, act, "已提交研判。"):
        return redirect("whistle_detail", pk=pk)
    return page(request, whistle, judge_form=form, status=400)


def _against(request: HttpRequest, what: str, pk: int) -> Rating | Judgement:
    """The rating or judgement, if the user sees its whistle."""
    seen = policy.rows(request.user)
    if what == "rating":
        return get_object_or_404(Rating.objects.select_related("summons__whistle"), pk=pk, summons__whistle__in=seen)
    return get_object_or_404(Judgement.objects.select_related("whistle"), pk=pk, whistle__in=seen)


@requires("whistle.appeal", "whistle.blow")
@require_POST
def whistle_appeal(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    """Against a rating (the department) or a judgement (the street)."""
    against = _against(request, what, pk)
    form = AppealForm(request.POST)
    _done(
        request,
        form,
        lambda: evaluating.appeal(against=against, by=me(request), **form.cleaned_data),
        "申诉已提交，等待裁定。",
    )
    whistle_id = against.summons.whistle_id if isinstance(against, Rating) else against.whistle_id
    return redirect("whistle_detail", pk=whistle_id)


@requires("whistle.decide_appeal")
@require_POST
def appeal_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody else decides."""
    seen = policy.rows(request.user)
    about = Q(rating__summons__whistle__in=seen) | Q(judgement__whistle__in=seen)
    appeal = get_object_or_404(Appeal.objects.filter(about), pk=pk)
    whistle = evaluating.whistle_of(appeal)
    form = DecideForm(request.POST)

    def act() -> None:
        clean = form.cleaned_data
        evaluating.decide(appeal=appeal, uphold=clean["uphold"] == "yes", decision=clean["decision"], by=me(request))

    _done(request, form, act, "已裁定。")
    return redirect("whistle_detail", pk=whistle.pk)


@requires("whistle.read")
@require_POST
def whistle_notices_seen(request: HttpRequest) -> HttpResponse:
    """My offices have read what they were told."""
    rows = policy.notices(request.user).filter(seen_at__isnull=True).values_list("pk", flat=True)
    number = notices.see(WhistleNotice, pks=rows, by=me(request))
    messages.success(request, f"已阅 {number} 条吹哨提醒。")
    return redirect("whistle_notices")
