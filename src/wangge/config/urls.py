"""URL composition: each surface and module contributes its own."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from wangge.config.health import healthz, readyz
from wangge.config.metrics import metrics_view

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics_view, name="metrics"),
    path("", include("wangge.sites.urls")),
]
