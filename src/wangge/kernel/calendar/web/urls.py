"""Routes of the working calendar."""

from __future__ import annotations

from django.urls import path

from wangge.kernel.calendar.web import views

urlpatterns = [
    path("admin/calendar/", views.calendar_year, name="calendar_year"),
    path("admin/calendar/day/", views.calendar_day, name="calendar_day"),
    path("admin/calendar/import/", views.calendar_import, name="calendar_import"),
]
