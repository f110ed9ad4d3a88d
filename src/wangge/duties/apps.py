from django.apps import AppConfig


class DutiesConfig(AppConfig):
    name = "wangge.duties"
    label = "duties"
    verbose_name = "职责清单"
