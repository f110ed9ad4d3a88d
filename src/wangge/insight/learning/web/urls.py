"""The pages of learning; ``wangge.sites.urls`` hangs them up at ``/desk/insight/learning/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from wangge.insight.learning.web import desk

desk_urlpatterns: list[URLPattern] = [
    path("", desk.model_list, name="model_list"),
    path("<int:pk>/reliability.json", desk.model_reliability, name="model_reliability"),
    path("permits/add/", desk.permit_add, name="permit_add"),
    path("permits/<int:pk>/end/", desk.permit_end, name="permit_end"),
]
