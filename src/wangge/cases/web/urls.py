"""The pages of cases by surface. Each surface keeps its own list; ``wangge.sites.urls`` hangs them up."""

from __future__ import annotations

from django.urls import URLPattern, path

from wangge.cases.web import desk, desk_case

desk_urlpatterns: list[URLPattern] = [
    path("", desk.case_list, name="case_list"),
    path("dispatch/", desk.case_dispatch_queue, name="case_dispatch_queue"),
    path("box/<slug:code>/", desk.case_box, name="case_box"),
    path("<int:pk>/", desk_case.case_detail, name="case_detail"),
    path("<int:pk>/step/<slug:name>/", desk_case.case_step, name="case_step"),
    path("<int:pk>/classify/", desk_case.case_classify, name="case_classify"),
    path("<int:pk>/ask/", desk_case.case_ask, name="case_ask"),
    path("<int:pk>/decide/<int:request_pk>/", desk_case.case_decide, name="case_decide"),
    path("<int:pk>/unmask/", desk_case.case_unmask, name="case_unmask"),
    path("<int:pk>/map.json", desk_case.case_map, name="case_map"),
    path("<int:pk>/print/", desk_case.case_print, name="case_print"),
]

field_urlpatterns: list[URLPattern] = []

resident_urlpatterns: list[URLPattern] = []
