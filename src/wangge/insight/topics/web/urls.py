"""The pages of topics; ``wangge.sites.urls`` hangs them up at ``/desk/insight/topics/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from wangge.insight.topics.web import desk

desk_urlpatterns: list[URLPattern] = [
    path("", desk.topic_list, name="topic_list"),
    path("rises/", desk.rise_list, name="rise_list"),
    path("rises/<int:pk>/seen/", desk.rise_seen, name="rise_seen"),
    path("forecast/", desk.topic_forecast, name="topic_forecast"),
    path("forecast/chart.json", desk.topic_forecast_chart, name="topic_forecast_chart"),
    path("<int:pk>/", desk.topic_detail, name="topic_detail"),
    path("<int:pk>/cases/", desk.topic_cases, name="topic_cases"),
    path("<int:pk>/chart.json", desk.topic_chart, name="topic_chart"),
    path("<int:pk>/map.json", desk.topic_map, name="topic_map"),
    path("<int:pk>/<slug:verb>/", desk.topic_change, name="topic_change"),
]
