"""The desk's pages of the morning page."""

from __future__ import annotations

from datetime import date

from django.urls import URLPattern, path, register_converter

from wangge.cockpit.web import desk, rules, tracing


class DayConverter:
    """A calendar day in an address: 2026-01-31."""

    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date | str) -> str:
        return str(value)


register_converter(DayConverter, "day")

desk_urlpatterns: list[URLPattern] = [
    path("", desk.brief_today, name="brief_today"),
    path("archive/", desk.brief_list, name="brief_list"),
    path("<int:pk>/", desk.brief_detail, name="brief_detail"),
    path("<int:pk>/print/", desk.brief_print, name="brief_print"),
    path("<int:pk>/sheet.pdf", desk.brief_sheet, name="brief_sheet"),
    path("<int:pk>/send/", desk.brief_send, name="brief_send"),
    path("<int:pk>/late-danger/", tracing.brief_late_danger, name="brief_late_danger"),
    path("subscriptions/", desk.brief_subscriptions, name="brief_subscriptions"),
    path("subscriptions/<int:pk>/end/", desk.brief_unsubscribe, name="brief_unsubscribe"),
    path(
        "rows/<str:fact>/<day:from_on>/<day:to_on>/<str:place>/<str:office>/<str:kind>/",
        tracing.brief_rows,
        name="brief_rows",
    ),
    path("rules/", rules.brief_rules, name="brief_rules"),
    path("rules/add/", rules.brief_rules_add, name="brief_rules_add"),
    path("rules/<int:pk>/end/", rules.brief_rules_end, name="brief_rules_end"),
]
