"""The residents' first page: what one can do here, in large buttons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from wangge.kernel.access.routes import public

# url name, icon, title, what it is for; the first that exists is shown large (报事, 点赞, 联系: G17)
TILES: Final = (
    ("resident_report", "message-report", "我要报事", "环境、设施、安全、邻里，看到就报"),
    ("resident_follow", "search", "查进度", "凭编号和电话"),
    ("resident_praise", "thumb-up", "点赞", "夸夸身边的好人好事"),
    ("resident_contact", "phone", "联系网格员", "您家门口的网格员"),
)


@dataclass(frozen=True, slots=True)
class Tile:
    url: str
    icon: str
    title: str
    hint: str


@public("居民首页：只有链接，不显示任何数据")
def home(request: HttpRequest) -> HttpResponse:
    tiles = []
    for url_name, icon, title, hint in TILES:
        try:
            tiles.append(Tile(reverse(url_name), icon, title, hint))
        except NoReverseMatch:
            continue
    return render(request, "resident/home.html", {"title": "居民服务", "tiles": tiles})
