from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "wangge.kernel.api"
    label = "api"
    verbose_name = "接口"
