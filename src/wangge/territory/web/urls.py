"""The desk's pages, below ``/desk/territory/``."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from wangge.territory.web import divisions, grids, places

desk_urlpatterns: list[URLPattern | URLResolver] = [
    path("", divisions.division_list, name="division_list"),
    path("map/<str:path>.json", divisions.territory_map, name="territory_map"),
    path("grids/", grids.grid_list, name="grid_list"),
    path("grids/import/", grids.grid_import, name="grid_import"),
    path("grids/export.geojson", grids.grid_geojson, name="grid_geojson"),
    path("grids/new/<str:community>/", grids.grid_create, name="grid_create"),
    path("grids/<str:code>/", grids.grid_detail, name="grid_detail"),
    path("grids/<str:code>/edit/", grids.grid_edit, name="grid_edit"),
    path("grids/<str:code>/staff/", grids.grid_staff_add, name="grid_staff_add"),
    path("grids/<str:code>/staff/<int:pk>/end/", grids.grid_staff_end, name="grid_staff_end"),
    path("grids/<str:code>/end/", grids.grid_end, name="grid_end"),
    path("grids/<str:code>/merge/", grids.grid_merge, name="grid_merge"),
    path("grids/<str:code>/split/", grids.grid_split, name="grid_split"),
    path("grids/<str:code>/code/", places.grid_code, name="grid_code"),
    path("places/", places.place_list, name="place_list"),
    path("places/new/", places.place_create, name="place_create"),
    path("places/import/", places.place_import, name="place_import"),
    path("places/<int:pk>/", places.place_detail, name="place_detail"),
    path("places/<int:pk>/end/", places.place_end, name="place_end"),
    path("codes/", places.place_code_list, name="place_code_list"),
    path("codes/new/", places.place_code_create, name="place_code_create"),
    path("codes/sheet/", places.place_code_sheet, name="place_code_sheet"),
    path("codes/<int:pk>/", places.place_code_detail, name="place_code_detail"),
    path("codes/<int:pk>/withdraw/", places.place_code_withdraw, name="place_code_withdraw"),
    path("codes/<int:pk>.svg", places.place_code_picture, name="place_code_picture"),
    path("<str:code>/", divisions.division_detail, name="division_detail"),
    path("<str:code>/rename/", divisions.division_rename, name="division_rename"),
    path("<str:code>/add/", divisions.division_add, name="division_add"),
    path("<str:code>/recode/", divisions.division_recode, name="division_recode"),
    path("<str:code>/merge/", divisions.division_merge, name="division_merge"),
    path("<str:code>/split/", divisions.division_split, name="division_split"),
    path("<str:code>/outline/", divisions.division_outline, name="division_outline"),
    path("<str:code>/end/", divisions.division_end, name="division_end"),
]
