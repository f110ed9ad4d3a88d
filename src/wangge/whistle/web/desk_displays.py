"""Wall screens at the desk: a list, a new one with its address shown once, ending them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from wangge.kernel.access.routes import me, requires
from wangge.kernel.access.web.picking import PickField
from wangge.kernel.flow import FlowError
from wangge.kernel.listing.columns import Column
from wangge.kernel.listing.filters import Flag, Text
from wangge.kernel.listing.html import badge, moment
from wangge.kernel.listing.listing import BulkAction, Listing, Rows
from wangge.kernel.listing.rendering import render as render_list
from wangge.territory import queries as territory
from wangge.whistle import displays
from wangge.whistle.enums import DisplayState
from wangge.whistle.models import Display
from wangge.whistle.web.posture_forms import places_for

TONES = {DisplayState.OPEN: "ok", DisplayState.ORPHANED: "danger"}


class DisplayForm(forms.Form):
    """A new wall screen."""

    name = forms.CharField(label="大屏名称", max_length=60, help_text="挂在哪里，如：指挥大厅东墙")
    path = PickField(label="显示范围", placeholder="输入区划名称")
    days = forms.TypedChoiceField(
        label="有效期", choices=[(days, f"{days}天") for days in displays.DAYS], coerce=int, initial=displays.DAYS[-1]
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = [one for one in places_for(user, displays.COMMAND) if len(str(one[0])) <= 12]
        self.fields["path"].options = places  # type: ignore[attr-defined]
        if places:
            self.fields["path"].initial = places[0][1]


def _end(request: HttpRequest, display: Display, data: dict[str, Any]) -> None:
    displays.end_display(display=display, by=me(request), reason=data["reason"])


class DisplayList(Listing):
    """The wall screens of the user's places."""

    title = "大屏"
    noun = "块"
    columns = (
        Column("name", "名称", css="wg-wide", sort="name"),
        Column("path", "显示范围", value=lambda d: d.place_name),
        Column("state", "状态", render=lambda d: badge(d.state.label, TONES.get(d.state, "neutral")),
               value=lambda d: d.state.label),
        Column("hint", "钥匙", value=lambda d: f"…{d.hint}", css="wg-mono"),
        Column("made_by", "建立人", value=lambda d: d.made_by.display_name),
        Column("made_at", "建立时间", render=lambda d: moment(d.made_at), value=lambda d: d.made_at, css="wg-nowrap"),
        Column("expires_at", "到期时间", render=lambda d: moment(d.expires_at), value=lambda d: d.expires_at,
               css="wg-nowrap"),
        Column("shown_at", "最近显示", render=lambda d: moment(d.shown_at) or "未打开", value=lambda d: d.shown_at,
               css="wg-nowrap"),
        Column("end_reason", "停用理由"),
    )  # fmt: skip
    filters = (
        Text("q", "搜索", field="name", placeholder="大屏名称"),
        Flag("open", "未停用", where={"ended_at__isnull": True}),
    )
    sorts = {"new": ("-id",), "name": ("name", "id")}
    default_sort = "new"
    bulk = (
        BulkAction(
            "end",
            "停用",
            _end,
            displays.COMMAND,
            "停用后正在显示的大屏立即关闭，链接不能恢复。",
            needs_reason=True,
            icon="ban",
        ),
    )
    empty_title = "还没有大屏"
    empty_hint = "建立大屏得到一个链接，在大屏的浏览器中打开，不用登录，自动更新。"

    def rows(self, request: HttpRequest) -> Rows:
        return displays.visible(request.user).select_related("made_by")

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:  # noqa: ARG002
        names = territory.names_of({row.path for row in rows})
        found = displays.states(rows, timezone.now())
        for row in rows:
            row.place_name, row.state = names[row.path], found[row.pk]

    def page_actions(self, request: HttpRequest) -> list[dict[str, str]]:  # noqa: ARG002
        return [
            {"label": "新建大屏", "url": reverse("display_new"), "icon": "plus"},
            {"label": "指挥台", "url": reverse("whistle_command"), "icon": "activity"},
        ]


@requires(displays.COMMAND)
def display_list(request: HttpRequest) -> HttpResponse:
    return render_list(request, DisplayList)


@requires(displays.COMMAND)
@never_cache
def display_new(request: HttpRequest) -> HttpResponse:
    """A new screen; its address is shown once."""
    user = me(request)
    form = DisplayForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            display, key = displays.add_display(by=user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        except FlowError as error:
            form.add_error(None, str(error))
        else:
            address = request.build_absolute_uri(reverse("wall", args=[key]))
            return render(request, "whistle/desk/display_made.html", {"display": display, "address": address})
    return render(request, "whistle/desk/display_new.html", {"form": form}, status=400 if form.is_bound else 200)
