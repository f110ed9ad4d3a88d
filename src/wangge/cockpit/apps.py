from django.apps import AppConfig


class CockpitConfig(AppConfig):
    name = "wangge.cockpit"
    label = "cockpit"
    verbose_name = "每日民情"
