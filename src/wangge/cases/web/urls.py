"""The pages of cases by surface. Each surface keeps its own list; ``wangge.sites.urls`` hangs them up."""

from __future__ import annotations

from django.urls import URLPattern, path

from wangge.cases.web import (
    desk,
    desk_case,
    desk_import,
    desk_intake,
    desk_overview,
    desk_rules,
    desk_work,
    field,
    field_report,
    follow,
    resident,
)

desk_urlpatterns: list[URLPattern] = [
    path("", desk.case_list, name="case_list"),
    path("my/", desk_work.case_my_work, name="case_my_work"),
    path("my/seen/", desk_work.case_notices_seen, name="case_notices_seen"),
    path("overview/", desk_overview.case_overview, name="case_overview"),
    path("overview/map.json", desk_overview.case_overview_map, name="case_overview_map"),
    path("overview/trend.json", desk_overview.case_overview_trend, name="case_overview_trend"),
    path("import/", desk_import.case_import, name="case_import"),
    path("import/run/", desk_import.case_import_run, name="case_import_run"),
    path("import/<uuid:pk>/", desk_import.case_import_report, name="case_import_report"),
    path("import/<uuid:pk>/rejected/", desk_import.case_import_rejected, name="case_import_rejected"),
    path("rules/", desk_rules.case_rules, name="case_rules"),
    path("rules/add/", desk_rules.case_rules_add, name="case_rules_add"),
    path("rules/<int:pk>/end/", desk_rules.case_rules_end, name="case_rules_end"),
    path("dispatch/", desk.case_dispatch_queue, name="case_dispatch_queue"),
    path("box/<slug:code>/", desk.case_box, name="case_box"),
    path("intake/", desk_intake.case_intake, name="case_intake"),
    path("intake/window/", desk_intake.case_intake_window, name="case_intake_window"),
    path("intake/deputy/", desk_intake.case_intake_deputy, name="case_intake_deputy"),
    path("intake/suggestion/", desk_intake.case_intake_suggestion, name="case_intake_suggestion"),
    path("intake/help/", desk_intake.case_intake_help, name="case_intake_help"),
    path("<int:pk>/", desk_case.case_detail, name="case_detail"),
    path("<int:pk>/step/<slug:name>/", desk_case.case_step, name="case_step"),
    path("<int:pk>/classify/", desk_case.case_classify, name="case_classify"),
    path("<int:pk>/ask/", desk_case.case_ask, name="case_ask"),
    path("<int:pk>/decide/<int:request_pk>/", desk_case.case_decide, name="case_decide"),
    path("<int:pk>/unmask/", desk_case.case_unmask, name="case_unmask"),
    path("<int:pk>/map.json", desk_case.case_map, name="case_map"),
    path("<int:pk>/print/", desk_case.case_print, name="case_print"),
]

field_urlpatterns: list[URLPattern] = [
    path("grid/", field.field_grid, name="field_grid"),
    path("own/<int:pk>/", field.field_own, name="field_own"),
    path("checks/", field.field_checks, name="field_checks"),
    path("cases/<int:pk>/", field.field_case, name="field_case"),
    path("cases/<int:pk>/step/<slug:name>/", field.field_step, name="field_step"),
    path("cases/<int:pk>/unmask/", field.field_unmask, name="field_unmask"),
    path("report/", field_report.field_report, name="field_report"),
    path("kinds.json", field_report.field_kinds, name="field_kinds"),
    path("session.json", field_report.field_session, name="field_session"),
    path("offline/", field_report.field_offline, name="field_offline"),
    path("sw.js", field_report.field_worker, name="field_worker"),
]

resident_urlpatterns: list[URLPattern] = [
    path("report/", resident.report, name="resident_report"),
    path("report/done/", resident.done, name="resident_done"),
    path("praise/", resident.praise, name="resident_praise"),
    path("contact/", resident.contact, name="resident_contact"),
    path("q/<str:code>/", resident.place_code, name="resident_code"),
    path("follow/", follow.follow, name="resident_follow"),
    path("leave/", follow.resident_leave, name="resident_leave"),
    path("matters/<str:number>/", follow.resident_case, name="resident_case"),
    path("matters/<str:number>/rate/", follow.resident_rate, name="resident_rate"),
    path("matters/<str:number>/supplement/", follow.resident_supplement, name="resident_supplement"),
]
