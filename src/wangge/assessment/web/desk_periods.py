"""The months: their list, and one month with its steps, rounds and amendments."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_POST

from wangge.assessment import actions, policy
from wangge.assessment import rounds as reckoning
from wangge.assessment.corrections import Correction
from wangge.assessment.enums import PeriodState, RoundKind
from wangge.assessment.flow import PeriodFlow
from wangge.assessment.models import Appeal, Period, Round
from wangge.assessment.web import shown
from wangge.assessment.web.forms import AmendForm, OpenForm
from wangge.kernel.access.routes import me, polled, requires
from wangge.kernel.access.scopes import scope
from wangge.kernel.flow import Conflict, FlowError, seen_version
from wangge.kernel.listing import rendering
from wangge.kernel.listing.columns import Column
from wangge.kernel.listing.filters import Choice, DateRange
from wangge.kernel.listing.html import moment
from wangge.kernel.listing.listing import Listing, Rows
from wangge.territory import queries as territory

# Pressed without a form of its own.
PLAIN = ("begin_close", "publish")


class PeriodList(Listing):
    """Every month the user can open."""

    title = "考核期"
    noun = "期"
    columns = (
        Column(
            "month",
            "月份",
            render=lambda p: format_html('<a href="{}">{}</a>', reverse("assessment_period", args=[p.pk]), p.label),
            value=lambda p: p.label,
            sort="new",
        ),
        Column("path", "区划", value=lambda p: p.place, width=20),
        Column("state", "状态", render=shown.period_badge),
        Column("round", "版次", value=lambda p: p.round or "暂计", css="wg-number"),
        Column("waiting", "待裁定申诉", value=lambda p: p.waiting, css="wg-number"),
        Column("appeal_until_on", "申诉截止", value=lambda p: p.appeal_until_on),
        Column("reckoned_at", "计算时间", render=lambda p: moment(p.reckoned_at), value=lambda p: p.reckoned_at),
        Column("published_at", "公布时间", render=lambda p: moment(p.published_at), value=lambda p: p.published_at),
    )
    filters = (
        Choice("state", "状态", choices=PeriodState.choices),
        DateRange("month", "月份", field="month"),
    )
    sorts = {"new": ("-month", "path", "id")}
    default_sort = "new"
    export_permission = policy.READ
    template = "assessment/desk/periods.html"
    empty_title = "还没有考核期"
    empty_hint = "开启一个月份，数据每小时自动更新，月末关账。"

    def rows(self, request: HttpRequest) -> Rows:
        waiting = Count("appeals", filter=Q(appeals__state="submitted"))
        return policy.periods(request.user).annotate(waiting=waiting)

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:  # noqa: ARG002
        names = territory.names_of({row.path for row in rows})
        for row in rows:
            row.place = names.get(row.path, row.path)

    def context(self, request: HttpRequest) -> dict[str, Any]:
        places = closing_places(request.user)
        return {"open_form": OpenForm(places=places) if places else None}


def closing_places(user: Any) -> list[tuple[str, str]]:
    """The divisions whose months the user opens and closes."""
    return [(path, territory.name_of(path)) for path in scope(user, policy.CLOSE).paths if len(path) <= 6]


@requires(policy.READ)
def assessment_periods(request: HttpRequest) -> HttpResponse:
    return rendering.render(request, PeriodList)


@requires(policy.CLOSE)
@require_POST
def assessment_period_open(request: HttpRequest) -> HttpResponse:
    form = OpenForm(request.POST, places=closing_places(request.user))
    if not form.is_valid():
        said = " ".join(str(error) for errors in form.errors.values() for error in errors)
        messages.error(request, f"没有开启。{said}")
        return redirect("assessment_periods")
    try:
        period = actions.open_period(by=me(request), **form.cleaned_data)
        actions.refresh(period=period)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("assessment_periods")
    messages.success(request, f"{period.label}已开启，暂计数据已算好。")
    return redirect("assessment_period", pk=period.pk)


def find(request: HttpRequest, pk: int) -> Period:
    return get_object_or_404(policy.periods(request.user), pk=pk)


def page(
    request: HttpRequest,
    period: Period,
    *,
    amend: AmendForm | None = None,
    seen: int | None = None,
    status: int = 200,
) -> HttpResponse:
    """The month. ``seen``: the version that a form was filled on which comes back to be corrected."""
    flow = PeriodFlow(period, request.user)
    options = flow.options()
    decides = policy.may_close(request.user, period)
    rounds = list(Round.objects.filter(period=period).order_by("-number"))
    if not policy.decides_about(request.user, period):
        for row in rounds:
            if row.kind == RoundKind.CORRECTION:  # why an appeal was accepted is told to its unit
                row.reason = row.reason.partition("：")[0]
    context = {
        "title": f"{territory.name_of(period.path)} {period.label}",
        "period": period,
        "seen": period.version if seen is None else seen,
        "state": shown.period_badge(period),
        "options": options,
        "plain": PLAIN,
        "rounds": rounds,
        "otherwise": reckoning.counted_otherwise(period),
        "adjustments": list(
            policy.adjustments(request.user, period).select_related("unit").order_by("-round", "pk")[:300]
        ),
        "waiting": Appeal.objects.filter(period=period, state="submitted").count() if decides else None,
        "packs": list(policy.packs(request.user).filter(period=period).order_by("-asked_at")[:5]),
        "may_pack": policy.may_make_pack(request.user, period) and period.state != PeriodState.CLOSING,
        "amend_form": amend or (AmendForm(period=period, user=request.user) if _may_amend(options) else None),
        "story": _story(period) if decides else [],
        "decides": decides,
    }
    return render(request, "assessment/desk/period.html", context, status=status)


def _story(period: Period) -> list[dict[str, Any]]:
    labels = {name: step.label for name, step in PeriodFlow.steps().items()} | {"create": "开启"}
    rows = period.transitions.order_by("-at", "-pk")[:50]
    return [
        {"at": row.at, "title": labels.get(row.step, row.step), "who": row.actor_label, "note": row.reason}
        for row in rows
    ]


def _may_amend(options: list[Any]) -> bool:
    return any(option.step.name == "amend" and option.allowed for option in options)


@requires(policy.READ)
@require_GET
def assessment_period(request: HttpRequest, pk: int) -> HttpResponse:
    return page(request, find(request, pk))


@polled
@requires(policy.READ)
@require_GET
def assessment_period_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a closing is; the page asks again until it is done."""
    period = find(request, pk)
    response = render(request, "assessment/desk/progress.html", {"period": period})
    if period.state != PeriodState.CLOSING:
        response["HX-Refresh"] = "true"
    return response


@requires(policy.CLOSE)
@require_POST
def assessment_period_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One endpoint for every step of a month."""
    period = find(request, pk)
    declared = PeriodFlow.steps().get(name)
    if declared is None or declared.system:
        raise Http404
    seen = seen_version(request.POST.get("seen", ""))
    given: dict[str, Any] = {}
    form = AmendForm(request.POST, period=period, user=request.user) if name == "amend" else None
    if form is not None:
        if not form.is_valid():
            return page(request, period, amend=form, seen=seen, status=400)
        clean = form.cleaned_data
        case = clean["number"]
        given["correction"] = Correction(
            clean["kind"],
            clean["unit"].pk,
            clean["indicator"],
            case.pk if case else None,
            clean["numerator"] or 0,
            clean["denominator"] or 0,
        )
    try:
        getattr(PeriodFlow(period, request.user), name)(reason=request.POST.get("reason", ""), seen=seen, **given)
    except FlowError as error:
        messages.error(request, str(error))
        period.refresh_from_db()
        if isinstance(error, Conflict):
            return page(request, period, amend=form, status=409)
        return page(request, period, amend=form, seen=seen, status=400)
    messages.success(
        request, f"{declared.label}已完成。" if name != "begin_close" else "已开始关账，稍候自动显示进度。"
    )
    return redirect("assessment_period", pk=pk)


@requires(policy.CLOSE)
@require_POST
def assessment_period_refresh(request: HttpRequest, pk: int) -> HttpResponse:
    """Reckon the running figures now instead of at the next full hour."""
    period = find(request, pk)
    if not policy.may_close(request.user, period):
        raise Http404
    actions.refresh(period=period)
    messages.success(request, "已按当前数据重新计算。")
    return redirect("assessment_period", pk=pk)
