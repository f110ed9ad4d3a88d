"""Routes, hung at ``/desk/organization/``."""

from __future__ import annotations

from django.urls import path

from wangge.organization.web import desk, imports, staff

desk_urlpatterns = [
    path("", desk.office_list, name="office_list"),
    path("tree/", desk.office_tree, name="office_tree"),
    path("new/", desk.office_open, name="office_open"),
    path("establish/", desk.office_establish, name="office_establish"),
    path("<int:pk>/", desk.office_detail, name="office_detail"),
    path("<int:pk>/rename/", desk.office_rename, name="office_rename"),
    path("<int:pk>/change/", desk.office_change, name="office_change"),
    path("<int:pk>/merge/", desk.office_merge, name="office_merge"),
    path("<int:pk>/close/", desk.office_close, name="office_close"),
    path("<int:pk>/hire/", staff.staff_hire, name="staff_hire"),
    path("staff/", staff.staff_list, name="staff_list"),
    path("staff/<int:pk>/", staff.staff_detail, name="staff_detail"),
    path("staff/<int:pk>/transfer/", staff.staff_transfer, name="staff_transfer"),
    path("staff/<int:pk>/leave/", staff.staff_leave, name="staff_leave"),
    path("staff/<int:pk>/phone/", staff.staff_phone, name="staff_phone"),
    path("staff/<int:pk>/phone/show/", staff.staff_phone_show, name="staff_phone_show"),
    path("import/<str:what>/", imports.organization_import, name="organization_import"),
    path("import/<str:what>/sample/", imports.organization_sample, name="organization_sample"),
]
