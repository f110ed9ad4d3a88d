"""Routes, hung at ``/desk/duties/``."""

from __future__ import annotations

from django.urls import path

from wangge.duties.web import changes, desk, limits

desk_urlpatterns = [
    path("", desk.duty_list, name="duty_list"),
    path("lists/<int:pk>/", desk.duty_list_detail, name="duty_list_detail"),
    path("kinds/", desk.kind_tree, name="kind_tree"),
    path("kinds/<int:pk>/", desk.kind_detail, name="kind_detail"),
    path("kinds/<int:pk>/add/", changes.duty_add, name="duty_add"),
    path("rows/", desk.duty_rows, name="duty_rows"),
    path("rows/<int:pk>/change/", changes.duty_change, name="duty_change"),
    path("rows/<int:pk>/end/", changes.duty_end, name="duty_end"),
    path("try/", desk.duty_try, name="duty_try"),
    path("limits/", desk.limit_list, name="limit_list"),
    path("limits/add/", limits.limit_form, name="limit_add"),
    path("limits/<slug:code>/", limits.limit_form, name="limit_change"),
    path("versions/", desk.catalogue_list, name="catalogue_list"),
    path("versions/compare/", desk.catalogue_compare, name="catalogue_compare"),
    path("versions/<int:pk>/copy/", changes.catalogue_copy, name="catalogue_copy"),
    path("versions/<int:pk>/publish/", changes.catalogue_publish, name="catalogue_publish"),
    path("import/<str:what>/", changes.duties_import, name="duties_import"),
    path("import/<str:what>/sample/", changes.duties_sample, name="duties_sample"),
    path("export/<str:what>/", changes.duties_export, name="duties_export"),
]
