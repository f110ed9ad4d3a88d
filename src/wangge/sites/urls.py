"""Where every page hangs: the modules' pages by surface, below them the chrome's own.

A module's ``web/urls.py`` defines ``desk_urlpatterns`` (hung at ``/desk/<module>/``), ``field_urlpatterns``
(``/field/``), ``resident_urlpatterns`` (``/r/``) and ``wall_urlpatterns`` (``/wall/``); a kernel app's defines plain
``urlpatterns``.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from wangge.sites import design
from wangge.sites.desk import views as desk
from wangge.sites.field import views as field
from wangge.sites.resident import views as resident

Patterns = list[URLPattern | URLResolver]

KERNEL = ("access", "audit", "calendar", "attachments", "listing", "facts", "jobs", "api")
MODULES = (
    "territory",
    "organization",
    "duties",
    "cases",
    "assessment",
    "whistle",
    "insight.topics",
    "insight.places",
    "insight.learning",
    "insight.replies",
    "insight.governance",
    "cockpit",
)


def patterns(module: str, name: str = "urlpatterns") -> Patterns:
    """The patterns called ``name`` in a module's ``web.urls``; none when it has no pages (of this surface)."""
    package = f"wangge.{module}.web"
    if find_spec(package) is None or find_spec(f"{package}.urls") is None:
        return []
    found: Patterns = list(getattr(import_module(f"{package}.urls"), name, []))
    return found


# First what other systems call: an address is compared with each pattern in turn.
urlpatterns: Patterns = [path("", include("wangge.sites.openapi.urls"))]
urlpatterns += [
    path("", desk.home, name="home"),
    path("search/", desk.search, name="search"),
]
for app in KERNEL:
    urlpatterns += patterns(f"kernel.{app}")
for module in MODULES:
    urlpatterns += [
        path(f"desk/{module.replace('.', '/')}/", include(patterns(module, "desk_urlpatterns"))),
        path("field/", include(patterns(module, "field_urlpatterns"))),
        path("r/", include(patterns(module, "resident_urlpatterns"))),
        path("wall/", include(patterns(module, "wall_urlpatterns"))),
    ]
urlpatterns += [
    path("desk/", desk.start, name="desk_home"),
    path("field/", field.home, name="field_home"),
    path("field/me/", field.me, name="field_me"),
    path("r/", resident.home, name="resident_home"),
]
if settings.DEBUG or not settings.PRODUCTION:
    urlpatterns += [
        path("design/", design.components, name="design"),
        path("design/field/", design.phone, name="design_field"),
        path("design/resident/", design.resident, name="design_resident"),
        path("design/print/", design.paper, name="design_print"),
        path("design/list/", design.example_list, name="design_list"),
        path("design/error/<int:code>/", design.error, name="design_error"),
        path("design/map.json", design.map_json, name="design_map"),
        path("design/chart.json", design.chart_json, name="design_chart"),
    ]
