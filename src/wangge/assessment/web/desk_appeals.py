"""Appeals: the list, a new one, one with its decision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_POST

from wangge.assessment import actions, policy
from wangge.assessment.enums import AppealKind, AppealState
from wangge.assessment.flow import AppealFlow
from wangge.assessment.models import Adjustment, Appeal, WorkerItem
from wangge.assessment.web import shown
from wangge.assessment.web.desk_ranking import period_options
from wangge.assessment.web.desk_unit import find as find_unit
from wangge.assessment.web.forms import AppealForm, DecideForm, indicator_choices
from wangge.cases import policy as cases
from wangge.kernel.access.models import User
from wangge.kernel.access.routes import me, requires
from wangge.kernel.access.scopes import permissions
from wangge.kernel.attachments import queries as attachments
from wangge.kernel.flow import Conflict, FlowError, seen_version
from wangge.kernel.listing import rendering
from wangge.kernel.listing.columns import Column
from wangge.kernel.listing.filters import Choice, Text
from wangge.kernel.listing.html import badge, moment
from wangge.kernel.listing.listing import Listing, Rows

DECISIONS = {"accept": "采纳", "refuse": "不采纳", "withdraw": "撤回"}


class AppealList(Listing):
    """Appeals the user made, may decide, or whose unit is theirs."""

    title = "考核申诉"
    noun = "件"
    columns = (
        Column(
            "id",
            "申诉",
            render=lambda a: format_html(
                '<a href="{}">{}</a>', reverse("assessment_appeal", args=[a.pk]), a.get_kind_display()
            ),
            value=lambda a: f"{a.get_kind_display()}#{a.pk}",
        ),
        Column("period", "考核期", value=lambda a: a.period.label),
        Column("unit", "单位", value=lambda a: a.unit.name if a.unit else "网格员", width=30),
        Column("case", "事项", value=lambda a: a.case.number if a.case else "", width=24),
        Column("state", "状态", render=lambda a: badge(a.get_state_display(), shown.APPEAL_TONES[a.state])),
        Column("at", "申诉时间", render=lambda a: moment(a.at), value=lambda a: a.at, sort="new"),
        Column("reason", "理由", css="wg-wide", value=lambda a: a.reason, width=50),
        Column("decision", "裁定意见", screen=False, width=50),
    )
    filters = (
        Choice("period", "考核期", choices=period_options, field="period_id"),
        Choice("state", "状态", choices=AppealState.choices),
        Choice("kind", "申诉", choices=AppealKind.choices),
        Text("q", "单位", field="unit__name"),
    )
    sorts = {"new": ("-at", "-id")}
    default_sort = "new"
    export_permission = policy.READ
    empty_title = "没有申诉"
    empty_hint = "考核期冻结后，从本单位的考核页面提出申诉。"

    def page_actions(self, request: HttpRequest) -> list[dict[str, str]]:
        if policy.APPEAL not in permissions(request.user):
            return []
        return [{"label": "提醒", "url": reverse("assessment_notices"), "icon": "speakerphone"}]

    def rows(self, request: HttpRequest) -> Rows:
        return policy.appeals(request.user).select_related("period", "unit", "case")


class WaitingAppeals(AppealList):
    """Those that the user has to decide."""

    title = "待我裁定的申诉"
    empty_title = "没有等您裁定的申诉"
    empty_hint = ""

    def rows(self, request: HttpRequest) -> Rows:
        return policy.to_decide(request.user).select_related("period", "unit", "case")


@requires(policy.DECIDE, policy.REVIEW_WORKERS)
def assessment_appeals_waiting(request: HttpRequest) -> HttpResponse:
    return rendering.render(request, WaitingAppeals)


@requires(policy.APPEAL, policy.DECIDE, policy.REVIEW_WORKERS)
def assessment_appeals(request: HttpRequest) -> HttpResponse:
    return rendering.render(request, AppealList)


@requires(policy.APPEAL)
def assessment_appeal_new(request: HttpRequest, period_pk: int, unit_pk: int) -> HttpResponse:
    """A unit's new appeal."""
    period, unit = find_unit(request, period_pk, unit_pk)
    if not policy.may_appeal(request.user, unit):
        raise Http404
    initial = {name: request.GET.get(name, "")[:40] for name in ("indicator", "kind", "number")}
    form = AppealForm(request.POST or None, request.FILES or None, initial=initial, period=period, user=request.user)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            clean = form.cleaned_data
            try:
                made = actions.appeal(
                    period=period,
                    unit=unit,
                    by=me(request),
                    kind=clean["kind"],
                    reason=clean["reason"],
                    indicator=clean["indicator"],
                    case=clean["number"],
                    exclusion_class=clean["exclusion_class"],
                    files=request.FILES.getlist("evidence"),
                )
            except ValidationError as error:
                form.add_error(None, error.messages if not hasattr(error, "error_dict") else list(error.messages))
            except FlowError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, "申诉已提交，等待裁定。")
                return redirect("assessment_appeal", pk=made.pk)
    context = {
        "title": f"申诉：{unit.name}",
        "form": form,
        "period": period,
        "unit": unit,
        "open": period.takes_appeals(timezone.localdate()),
    }
    return render(request, "assessment/desk/appeal_new.html", context, status=status)


def _find(request: HttpRequest, pk: int) -> Appeal:
    rows = policy.appeals(request.user).select_related("period", "unit", "case", "sheet")
    return get_object_or_404(rows, pk=pk)


def page(request: HttpRequest, appeal: Appeal, *, bound: DecideForm | None = None, status: int = 200) -> HttpResponse:
    options = AppealFlow(appeal, request.user).options()
    people = dict(
        User.objects.filter(pk__in=[appeal.by_id, appeal.decided_by_id or 0]).values_list("pk", "display_name")
    )
    label = dict(indicator_choices(appeal.period)).get(appeal.indicator, appeal.indicator)
    if appeal.kind == AppealKind.SHEET:
        label = WorkerItem.objects.filter(code=appeal.indicator).values_list("label", flat=True).first() or label
    context = {
        "title": f"{appeal.get_kind_display()} · {appeal.period.label}",
        "appeal": appeal,
        "badge": badge(appeal.get_state_display(), shown.APPEAL_TONES[appeal.state]),
        "label": label,
        "people": people,
        "by": people.get(appeal.by_id, ""),
        "decided_by": people.get(appeal.decided_by_id or 0, ""),
        "case_seen": appeal.case is not None and cases.may_see(request.user, appeal.case),
        "files": list(attachments.of(appeal)),
        "options": options,
        "form": bound or DecideForm(figure=appeal.kind == AppealKind.FIGURE),
        "may_decide": policy.may_decide(request.user, appeal) and appeal.state == AppealState.SUBMITTED,
        "adjustments": list(Adjustment.objects.filter(appeal_id=appeal.pk).select_related("unit")),
    }
    return render(request, "assessment/desk/appeal.html", context, status=status)


@requires(policy.APPEAL, policy.DECIDE, policy.REVIEW_WORKERS)
@require_GET
def assessment_appeal(request: HttpRequest, pk: int) -> HttpResponse:
    return page(request, _find(request, pk))


@requires(policy.APPEAL, policy.DECIDE, policy.REVIEW_WORKERS)
@require_POST
def assessment_appeal_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Accept, refuse or withdraw."""
    appeal = _find(request, pk)
    if name not in DECISIONS:
        raise Http404
    seen = seen_version(request.POST.get("seen", ""))
    given: dict[str, Any] = {}
    form = None
    if name != "withdraw":
        form = DecideForm(request.POST, figure=appeal.kind == AppealKind.FIGURE)
        if not form.is_valid():
            return page(request, appeal, bound=form, status=400)
        given["reason"] = form.cleaned_data["reason"]
        if name == "accept" and appeal.kind == AppealKind.FIGURE:
            given |= {side: form.cleaned_data[side] or 0 for side in ("numerator", "denominator")}
    try:
        getattr(AppealFlow(appeal, request.user), name)(seen=seen, **given)
    except FlowError as error:
        messages.error(request, str(error))
        appeal.refresh_from_db()
        return page(request, appeal, bound=form, status=409 if isinstance(error, Conflict) else 400)
    messages.success(request, f"已{DECISIONS[name]}。")
    return redirect("assessment_appeal", pk=pk)
