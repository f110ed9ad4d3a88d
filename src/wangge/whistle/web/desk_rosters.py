"""Rosters for emergencies at the desk: a list, and the page on which people are written in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from wangge.kernel.access.models import User
from wangge.kernel.access.routes import me, requires
from wangge.kernel.access.scopes import may
from wangge.kernel.flow import FlowError
from wangge.kernel.listing.columns import Column
from wangge.kernel.listing.filters import Flag, Text
from wangge.kernel.listing.html import badge
from wangge.kernel.listing.listing import Listing, Rows
from wangge.kernel.listing.rendering import render as render_list
from wangge.organization.models import Office
from wangge.territory import queries as territory
from wangge.whistle import rosters
from wangge.whistle.models import Roster, RosterMember
from wangge.whistle.web.posture_forms import MemberForm, RosterForm


class RosterList(Listing):
    """The rosters of the user's places and of those above."""

    title = "值守名册"
    noun = "份"
    columns = (
        Column("name", "名册", link=lambda r: reverse("roster_detail", args=[r.pk]), css="wg-wide", sort="name"),
        Column("path", "区划", value=lambda r: r.place_name),
        Column("people", "人员", value=lambda r: r.people, css="wg-number"),
        Column("hours", "每班小时数", value=lambda r: r.hours, css="wg-number"),
        Column("state", "状态", render=lambda r: badge("已停用", "neutral") if r.valid_to else badge("可用", "ok")),
        Column("valid_from", "启用日期", value=lambda r: r.valid_from),
        Column("valid_to", "停用日期", value=lambda r: r.valid_to),
    )
    filters = (
        Text("q", "搜索", field="name", placeholder="名册名称"),
        Flag("open", "可用", where={"valid_to__isnull": True}),
    )
    sorts = {"new": ("-id",), "name": ("name", "id")}
    default_sort = "new"
    empty_title = "还没有值守名册"
    empty_hint = "平时把每个岗位的人员编好，转入应急时一选即上岗。"

    def rows(self, request: HttpRequest) -> Rows:
        return rosters.visible(request.user)

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:  # noqa: ARG002
        names = territory.names_of({row.path for row in rows})
        held = RosterMember.objects.filter(roster__in=rows, left_at__isnull=True)
        people = dict(held.values_list("roster_id").annotate(n=Count("user_id", distinct=True)))
        for row in rows:
            row.place_name, row.people = names[row.path], people.get(row.pk, 0)

    def page_actions(self, request: HttpRequest) -> list[dict[str, str]]:
        found = [{"label": "平急转化", "url": reverse("posture_list"), "icon": "alarm"}]
        if may(request.user, rosters.SWITCH):
            found.insert(0, {"label": "新建名册", "url": reverse("roster_new"), "icon": "plus"})
        return found


@requires(rosters.SWITCH)
def roster_list(request: HttpRequest) -> HttpResponse:
    return render_list(request, RosterList)


@requires(rosters.SWITCH)
@never_cache
def roster_new(request: HttpRequest) -> HttpResponse:
    """A roster; its people follow on its page."""
    user = me(request)
    form = RosterForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            roster = rosters.add_roster(by=user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        except FlowError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "已新建，请编入人员。")
            return redirect("roster_detail", pk=roster.pk)
    return render(request, "whistle/desk/roster_new.html", {"form": form}, status=400 if form.is_bound else 200)


def _find(request: HttpRequest, pk: int) -> Roster:
    return get_object_or_404(rosters.visible(request.user), pk=pk)


def _page(request: HttpRequest, roster: Roster, form: MemberForm | None = None, status: int = 200) -> HttpResponse:
    manages = rosters.may_manage(request.user, roster) and roster.valid_to is None
    members = roster.members.filter(left_at__isnull=True).select_related("office", "user").order_by("turn", "pk")
    used = roster.postures.filter(Q(ended_at__isnull=True)).count()
    context = {
        "title": roster.name,
        "roster": roster,
        "place": territory.full_name(roster.path),
        "members": list(members),
        "used": used,
        "manages": manages,
        "form": (form or MemberForm(path=roster.path)) if manages else None,
    }
    return render(request, "whistle/desk/roster.html", context, status=status)


@requires(rosters.SWITCH)
@never_cache
def roster_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _find(request, pk))


@requires(rosters.SWITCH)
@require_POST
def roster_put_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Write somebody in."""
    roster = _find(request, pk)
    form = MemberForm(request.POST, path=roster.path)
    if form.is_valid():
        clean = dict(form.cleaned_data)
        clean["office"] = get_object_or_404(Office, pk=clean["office"])
        clean["user"] = get_object_or_404(User, pk=clean["user"])
        try:
            rosters.put_in(roster=roster, by=me(request), **clean)
        except ValidationError as error:
            form.add_error(None, error)
        except FlowError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "已编入。")
            return redirect("roster_detail", pk=pk)
    return _page(request, roster, form, status=400)


@requires(rosters.SWITCH)
@require_POST
def roster_take_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Take somebody off."""
    members = RosterMember.objects.filter(roster__in=rosters.visible(request.user)).select_related("roster")
    member = get_object_or_404(members, pk=pk)
    try:
        rosters.take_out(member=member, by=me(request))
    except FlowError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已撤下。")
    return redirect("roster_detail", pk=member.roster_id)


@requires(rosters.SWITCH)
@require_POST
def roster_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Out of use."""
    try:
        rosters.end_roster(roster=_find(request, pk), by=me(request))
    except FlowError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已停用；正在应急的值守不受影响。")
    return redirect("roster_detail", pk=pk)
