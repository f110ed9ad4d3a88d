from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "wangge.config"
    label = "config"
    verbose_name = "组成"

    def ready(self) -> None:
        from wangge.config import checks  # noqa: F401 - registers the system checks
