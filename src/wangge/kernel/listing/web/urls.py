"""Background exports."""

from __future__ import annotations

from django.urls import path

from wangge.kernel.listing.web import views

urlpatterns = [
    path("exports/", views.exports, name="listing_exports"),
    path("exports/<uuid:pk>/", views.export, name="listing_export"),
    path("exports/<uuid:pk>/file/", views.export_file, name="listing_export_file"),
]
