"""The desk: lists and boxes of whistles."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from wangge.kernel.access.routes import requires
from wangge.kernel.access.scopes import permissions
from wangge.kernel.listing.rendering import render
from wangge.whistle import policy
from wangge.whistle.boxes import BOXES
from wangge.whistle.web.shown import whistle_url
from wangge.whistle.web.tables import BoxList, NoticeList, WhistleList


@requires("whistle.read")
def whistle_list(request: HttpRequest) -> HttpResponse:
    """Every whistle; a whole number typed into the search box opens the whistle itself."""
    if list(request.GET) == ["q"] and request.method == "GET":
        number = "".join(request.GET["q"].split())
        if number.isdecimal() and 15 <= len(number) <= 24:
            found = policy.rows(request.user).filter(number=number).first()
            if found is not None:
                return redirect(whistle_url(found))
    return render(request, WhistleList)


@requires(*dict.fromkeys(need for box in BOXES.values() for need in box.needs))
def whistle_box(request: HttpRequest, code: str) -> HttpResponse:
    """One box of the user's work."""
    box = BOXES.get(code)
    if box is None:
        raise Http404
    if permissions(request.user).isdisjoint(box.needs):
        raise PermissionDenied(f"您的角色没有“{box.verb}”的权限，请联系安全管理员。")
    return render(request, BoxList, code=code)


@requires("whistle.read")
def whistle_notices(request: HttpRequest) -> HttpResponse:
    """What my offices were told."""
    return render(request, NoticeList)
