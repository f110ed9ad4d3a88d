"""The desk: lists and boxes of cases."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from wangge.cases import policy
from wangge.cases.boxes import BOXES
from wangge.cases.web.shown import case_url
from wangge.cases.web.tables import BoxList, CaseList, DispatchQueue
from wangge.kernel.access.routes import requires
from wangge.kernel.access.scopes import permissions
from wangge.kernel.listing.rendering import render


@requires("cases.read")
def case_list(request: HttpRequest) -> HttpResponse:
    """Every case; a whole number typed into the search box opens the case itself."""
    if list(request.GET) == ["q"] and request.method == "GET":
        number = "".join(request.GET["q"].split())
        if number.isdecimal() and len(number) >= 15:
            found = policy.rows(request.user).filter(number=number).first()
            if found is not None:
                return redirect(case_url(found))
    return render(request, CaseList)


@requires("cases.dispatch")
def case_dispatch_queue(request: HttpRequest) -> HttpResponse:
    return render(request, DispatchQueue)


@requires(*dict.fromkeys(box.permission for box in BOXES.values()))
def case_box(request: HttpRequest, code: str) -> HttpResponse:
    """One box of the user's work."""
    box = BOXES.get(code)
    if box is None:
        raise Http404
    if box.permission not in permissions(request.user):
        raise PermissionDenied(f"您的角色没有“{box.verb}”的权限，请联系安全管理员。")
    return redirect("case_dispatch_queue") if code == "dispatch" else render(request, BoxList, code=code)
