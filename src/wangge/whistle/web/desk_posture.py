"""Switching between routine and emergency (平急转化) at the desk: the switch, its rosters, and its history."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from wangge.kernel.access.models import User
from wangge.kernel.access.routes import me, requires
from wangge.kernel.access.scopes import may
from wangge.kernel.flow import FlowError
from wangge.kernel.listing.columns import Column
from wangge.kernel.listing.filters import DateRange, Flag, Text
from wangge.kernel.listing.html import badge, moment
from wangge.kernel.listing.listing import Listing, Rows
from wangge.kernel.listing.rendering import render as render_list
from wangge.organization import queries as organization
from wangge.organization.models import Office
from wangge.territory import queries as territory
from wangge.whistle import limits, postures, rosters
from wangge.whistle.models import Posture, PostureDuty
from wangge.whistle.web.posture_forms import BackForm, DutyForm, SwitchForm

# Turns shown of those ahead, and of those that are over.
TURNS = 30


class PostureList(Listing):
    """Every switch, those going on first; ended ones stay as the history."""

    title = "平急转化"
    noun = "次"
    columns = (
        Column(
            "title",
            "应急名称",
            link=lambda p: reverse("posture_detail", args=[p.pk]),
            css="wg-wide",
        ),
        Column("path", "区划", value=lambda p: p.place_name),
        Column(
            "state",
            "状态",
            render=lambda p: badge("常态", "neutral") if p.ended_at else badge("应急中", "danger", "alarm"),
        ),
        Column("percent", "时限比例", value=lambda p: f"{p.percent}%"),
        Column("began_at", "启动", render=lambda p: moment(p.began_at), value=lambda p: p.began_at, sort="new"),
        Column("until_at", "预计结束", render=lambda p: moment(p.until_at), value=lambda p: p.until_at),
        Column("ended_at", "转回常态", render=lambda p: moment(p.ended_at), value=lambda p: p.ended_at),
        Column("reason", "启动理由", css="wg-wide"),
        Column("end_reason", "转回理由", screen=False),
    )
    filters = (
        Text("q", "搜索", field="title", placeholder="应急名称"),
        Flag("open", "应急中", where={"ended_at__isnull": True}),
        DateRange("began", "启动日期", field="began_at"),
    )
    sorts = {"new": ("-began_at", "-id")}
    default_sort = "new"
    empty_title = "一直是常态"
    empty_hint = "遇到汛情、冰雪、疫情等，可把一个区划转入应急状态：时限缩短，联合值守，应急清单生效。"

    def rows(self, request: HttpRequest) -> Rows:
        return postures.concerning(request.user)

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:  # noqa: ARG002
        names = territory.names_of({row.path for row in rows})
        for row in rows:
            row.place_name = names[row.path]

    def row_css(self, row: Any) -> str:
        return "" if row.ended_at else "whistle-unseen"

    def page_actions(self, request: HttpRequest) -> list[dict[str, str]]:
        if may(request.user, postures.SWITCH):
            return [
                {"label": "转入应急", "url": reverse("posture_new"), "icon": "alarm"},
                {"label": "值守名册", "url": reverse("roster_list"), "icon": "users-group"},
            ]
        return []


@requires("whistle.read")
def posture_list(request: HttpRequest) -> HttpResponse:
    return render_list(request, PostureList)


@requires("whistle.switch")
@never_cache
def posture_new(request: HttpRequest) -> HttpResponse:
    """Switch a division over."""
    user = me(request)
    form = SwitchForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            posture = postures.switch(by=user, **form.given())
        except ValidationError as error:
            form.add_error(None, error)
        except FlowError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "已转入应急状态，新吹的哨按应急时限计算。请核对联合值守。")
            return redirect("posture_detail", pk=posture.pk)
    return render(request, "whistle/desk/posture_new.html", {"form": form}, status=400 if form.is_bound else 200)


def _find(request: HttpRequest, pk: int) -> Posture:
    return get_object_or_404(postures.visible(request.user), pk=pk)


def _page(request: HttpRequest, posture: Posture, *, form: DutyForm | None = None, status: int = 200) -> HttpResponse:
    now = timezone.now()
    turns = posture.duties.filter(called_off_at__isnull=True).select_related("office", "user")
    ahead, over = turns.filter(to_at__gt=now), turns.filter(to_at__lte=now).order_by("-from_at", "pk")
    duties = [*ahead[:TURNS], *over[:TURNS]]
    numbers = (ahead.order_by().count(), over.order_by().count())
    may_switch = postures.may_switch(request.user, posture.path) and posture.ended_at is None
    users = dict(
        User.objects.filter(pk__in=[posture.began_by_id, posture.ended_by_id]).values_list("pk", "display_name")
    )
    context = {
        "title": posture.title,
        "posture": posture,
        "place": territory.full_name(posture.path),
        "compared": limits.compared(posture),
        "lists": list(posture.lists.order_by("code")),
        "rosters": list(posture.rosters.order_by("path", "name")),
        "duties": [(one, one.from_at <= now < one.to_at, one.to_at > now) for one in duties],
        "ahead": numbers[0],
        "over": numbers[1],
        "most": TURNS,
        "blown": posture.whistles.count(),
        "began_by": users.get(posture.began_by_id or 0, ""),
        "ended_by": users.get(posture.ended_by_id or 0, "系统（到期）"),
        "may_switch": may_switch,
        "duty_form": (form or DutyForm(path=posture.path, auto_id="duty_%s")) if may_switch else None,
        "back_form": BackForm() if may_switch else None,
        "office": organization.office_of(request.user),
    }
    return render(request, "whistle/desk/posture.html", context, status=status)


@requires("whistle.read")
@never_cache
def posture_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One emergency: what differs from routine, its lists and who stands on duty."""
    return _page(request, _find(request, pk))


@requires("whistle.switch")
@require_POST
def posture_duty(request: HttpRequest, pk: int) -> HttpResponse:
    """Put somebody on the roster."""
    posture = _find(request, pk)
    form = DutyForm(request.POST, path=posture.path, auto_id="duty_%s")
    if form.is_valid():
        clean = dict(form.cleaned_data)
        clean["office"] = get_object_or_404(Office, pk=clean["office"])
        clean["user"] = get_object_or_404(User, pk=clean["user"])
        try:
            postures.put_on_duty(posture=posture, by=me(request), **clean)
        except ValidationError as error:
            form.add_error(None, error)
        except FlowError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "已排班。")
            return redirect("posture_detail", pk=pk)
    return _page(request, posture, form=form, status=400)


@requires("whistle.switch")
@require_POST
def posture_duty_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a turn off the roster, or end one under way."""
    seen = postures.visible(request.user)
    duty = get_object_or_404(PostureDuty.objects.filter(posture__in=seen).select_related("posture"), pk=pk)
    try:
        postures.take_off_duty(duty=duty, by=me(request))
    except FlowError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已撤下。")
    return redirect("posture_detail", pk=duty.posture_id)


@requires("whistle.switch")
@require_POST
def posture_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Back to routine."""
    posture = _find(request, pk)
    form = BackForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请写明转回常态的理由。")
        return redirect("posture_detail", pk=pk)
    try:
        postures.switch_back(posture=posture, by=me(request), **form.cleaned_data)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except FlowError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已转回常态，时限和清单恢复。")
    return redirect("posture_detail", pk=pk)


@requires("whistle.switch")
@require_POST
def posture_go_on(request: HttpRequest, pk: int) -> HttpResponse:
    """The rosters of the emergency stand for another week."""
    try:
        until = rosters.go_on(posture=_find(request, pk), by=me(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except FlowError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"已续排至{timezone.localtime(until):%m月%d日 %H:%M}。")
    return redirect("posture_detail", pk=pk)
