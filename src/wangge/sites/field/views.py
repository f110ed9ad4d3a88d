"""The phone surface's own pages: the start and the user's page. The rest comes from the modules."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from wangge.kernel.access.routes import signed_in
from wangge.sites.field.tabs import open_tabs


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """The first tab that leads elsewhere is the start of a grid worker's day."""
    for tab in open_tabs(request):
        if tab.url != request.path and not tab.own:
            return redirect(tab.url)
    return redirect("field_me")


@signed_in
def me(request: HttpRequest) -> HttpResponse:
    """Who is signed in, the way to the desk and out; to whom the phone offers nothing else, that is said."""
    context = {"title": "我的", "has_work": any(not tab.own for tab in open_tabs(request))}
    return render(request, "field/me.html", context)
