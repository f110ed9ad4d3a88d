"""The way in: the home of each role, and the search box."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode

from wangge.kernel.access.routes import public, signed_in
from wangge.kernel.access.scopes import holdings, permissions
from wangge.sites.desk.menu import SEARCHED, open_sections


@public("入口：按登录与否和角色转到各自的首页，本身不显示任何数据")
def home(request: HttpRequest) -> HttpResponse:
    """Anonymous visitors are residents; grid workers start on the phone, everybody else at the desk."""
    held = holdings(request.user)
    if not request.user.is_authenticated:
        return redirect("resident_home")
    if held and all(one.role.home == "field" for one in held):
        return redirect("field_home")
    return redirect("desk_home")


@signed_in
def start(request: HttpRequest) -> HttpResponse:
    """The first page of the menu is where a desk user's day begins."""
    sections = open_sections(request)
    first = sections[0].items[0].url if sections else ""
    if first and sections[0].label == "我的工作":
        return redirect(first)
    return render(request, "desk/start.html", {"title": "工作台", "sections": sections})


@signed_in
def search(request: HttpRequest) -> HttpResponse:
    """Sends what was typed to the list that searches it."""
    typed = request.GET.get("q", "").strip()[:200]
    for url_name, permission in SEARCHED:
        if permission not in permissions(request.user):
            continue
        try:
            return redirect(f"{reverse(url_name)}?{urlencode({'q': typed})}")
        except NoReverseMatch:
            continue
    return render(request, "search.html", {"title": "搜索"})
