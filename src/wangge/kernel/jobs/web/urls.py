"""Routes of the background work."""

from __future__ import annotations

from django.urls import path

from wangge.kernel.jobs.web import views

urlpatterns = [
    path("admin/jobs/", views.jobs_health, name="jobs_health"),
    path("admin/jobs/<int:pk>/retry/", views.job_retry, name="job_retry"),
]
