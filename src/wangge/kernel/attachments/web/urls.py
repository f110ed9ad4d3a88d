"""``/files/<uuid>/<variant>/``."""

from __future__ import annotations

from django.urls import path

from wangge.kernel.attachments.web.views import serve

urlpatterns = [path("files/<uuid:identifier>/<slug:variant>/", serve, name="attachment")]
