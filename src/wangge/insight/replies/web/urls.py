"""The desk's pages of reply quality."""

from __future__ import annotations

from django.urls import URLPattern, path

from wangge.insight.replies.web import desk

desk_urlpatterns: list[URLPattern] = [
    path("", desk.reply_report, name="reply_report"),
    path("trend.json", desk.reply_trend, name="reply_trend"),
    path("list/", desk.reply_list, name="reply_list"),
    path("<int:pk>/hints/", desk.reply_hints, name="reply_hints"),
]
