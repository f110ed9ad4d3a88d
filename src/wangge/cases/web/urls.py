"""The pages of cases by surface. Each surface keeps its own list; ``wangge.sites.urls`` hangs them up."""

from __future__ import annotations

from django.urls import URLPattern

desk_urlpatterns: list[URLPattern] = []

field_urlpatterns: list[URLPattern] = []

resident_urlpatterns: list[URLPattern] = []
