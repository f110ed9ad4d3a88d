"""The desk's pages of governance tasks."""

from __future__ import annotations

from django.urls import URLPattern, path

from wangge.insight.governance.web import changes, desk

desk_urlpatterns: list[URLPattern] = [
    path("", desk.governance_list, name="governance_list"),
    path("year/", desk.governance_year, name="governance_year"),
    path("mine/", desk.governance_mine, name="governance_mine"),
    path("notices/", desk.governance_notices, name="governance_notices"),
    path("notices/seen/", changes.governance_notices_seen, name="governance_notices_seen"),
    path("new/", changes.governance_propose, name="governance_propose"),
    path("<int:pk>/", desk.governance_task, name="governance_task"),
    path("<int:pk>/print/", desk.governance_print, name="governance_print"),
    path("<int:pk>/chart.json", desk.governance_chart, name="governance_chart"),
    path("<int:pk>/cases/", desk.governance_cases, name="governance_cases"),
    path("<int:pk>/items/", changes.governance_item, name="governance_item"),
    path("<int:pk>/step/<slug:name>/", changes.governance_step, name="governance_step"),
    path("items/<int:pk>/done/", changes.governance_item_done, name="governance_item_done"),
    path("items/<int:pk>/remove/", changes.governance_item_remove, name="governance_item_remove"),
]
