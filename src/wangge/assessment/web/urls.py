"""The pages of the assessment by surface; ``wangge.sites.urls`` hangs them up."""

from __future__ import annotations

from django.urls import URLPattern, path

from wangge.assessment.web import (
    desk_appeals,
    desk_drill,
    desk_indicators,
    desk_notices,
    desk_packs,
    desk_periods,
    desk_ranking,
    desk_rectifications,
    desk_schemes,
    desk_unit,
    desk_year,
    field,
)

desk_urlpatterns: list[URLPattern] = [
    path("", desk_ranking.assessment_ranking, name="assessment_ranking"),
    path("periods/", desk_periods.assessment_periods, name="assessment_periods"),
    path("periods/open/", desk_periods.assessment_period_open, name="assessment_period_open"),
    path("periods/<int:pk>/", desk_periods.assessment_period, name="assessment_period"),
    path("periods/<int:pk>/progress/", desk_periods.assessment_period_progress, name="assessment_period_progress"),
    path("periods/<int:pk>/refresh/", desk_periods.assessment_period_refresh, name="assessment_period_refresh"),
    path("periods/<int:pk>/pack/", desk_packs.assessment_pack_new, name="assessment_pack_new"),
    path("periods/<int:pk>/step/<slug:name>/", desk_periods.assessment_period_step, name="assessment_period_step"),
    path("periods/<int:period_pk>/<int:unit_pk>/", desk_unit.assessment_unit, name="assessment_unit"),
    path("periods/<int:period_pk>/<int:unit_pk>/print/", desk_unit.assessment_unit_print, name="assessment_unit_print"),
    path(
        "periods/<int:period_pk>/<int:unit_pk>/trend.json",
        desk_unit.assessment_unit_trend,
        name="assessment_unit_trend",
    ),
    path(
        "periods/<int:period_pk>/<int:unit_pk>/appeal/",
        desk_appeals.assessment_appeal_new,
        name="assessment_appeal_new",
    ),
    path(
        "periods/<int:period_pk>/<int:unit_pk>/<slug:code>/<slug:side>/",
        desk_drill.assessment_drill,
        name="assessment_drill",
    ),
    path("indicators/", desk_indicators.assessment_indicators, name="assessment_indicators"),
    path("indicators/change/", desk_indicators.assessment_indicator_change, name="assessment_indicator_change"),
    path("indicators/<slug:code>/", desk_indicators.assessment_indicator, name="assessment_indicator"),
    path("schemes/", desk_schemes.assessment_schemes, name="assessment_schemes"),
    path("schemes/<slug:group>/change/", desk_schemes.assessment_scheme_change, name="assessment_scheme_change"),
    path("rules/change/", desk_schemes.assessment_rules_change, name="assessment_rules_change"),
    path("appeals/", desk_appeals.assessment_appeals, name="assessment_appeals"),
    path("appeals/waiting/", desk_appeals.assessment_appeals_waiting, name="assessment_appeals_waiting"),
    path("appeals/<int:pk>/", desk_appeals.assessment_appeal, name="assessment_appeal"),
    path("appeals/<int:pk>/step/<slug:name>/", desk_appeals.assessment_appeal_step, name="assessment_appeal_step"),
    path("notices/", desk_notices.assessment_notices, name="assessment_notices"),
    path("notices/seen/", desk_notices.assessment_notices_seen, name="assessment_notices_seen"),
    path("rectifications/", desk_rectifications.assessment_rectifications, name="assessment_rectifications"),
    path("rectifications/<int:pk>/", desk_rectifications.assessment_rectification, name="assessment_rectification"),
    path("year/", desk_year.assessment_year, name="assessment_year"),
    path("evaluate/", desk_year.assessment_evaluate, name="assessment_evaluate"),
    path("packs/", desk_packs.assessment_packs, name="assessment_packs"),
    path("packs/<int:pk>/", desk_packs.assessment_pack, name="assessment_pack"),
    path("packs/<int:pk>/progress/", desk_packs.assessment_pack_progress, name="assessment_pack_progress"),
    path("packs/<int:pk>/print/", desk_packs.assessment_pack_print, name="assessment_pack_print"),
]

field_urlpatterns: list[URLPattern] = [
    path("sheet/", field.field_sheet, name="field_sheet"),
    path("sheet/<int:pk>/seen/", field.field_sheet_seen, name="field_sheet_seen"),
    path("sheet/<int:pk>/appeal/<slug:item>/", field.field_sheet_appeal, name="field_sheet_appeal"),
]
