"""Pages of the system administrator about systems that call us."""

from __future__ import annotations

from django.urls import path

from wangge.kernel.api.web import views

urlpatterns = [
    path("admin/systems/", views.system_list, name="system_list"),
    path("admin/systems/new/", views.system_create, name="system_create"),
    path("admin/systems/<int:pk>/", views.system_detail, name="system_detail"),
    path("admin/systems/<int:pk>/rotate/", views.system_rotate, name="system_rotate"),
    path("admin/systems/<int:pk>/end/", views.system_end, name="system_end"),
    path("admin/systems/<int:pk>/webhooks/", views.webhook_create, name="webhook_create"),
    path("admin/systems/<int:pk>/webhooks/<int:webhook>/end/", views.webhook_end, name="webhook_end"),
    path("admin/systems/<int:pk>/webhooks/<int:webhook>/enable/", views.webhook_enable, name="webhook_enable"),
]
