from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class FactsConfig(AppConfig):
    name = "wangge.kernel.facts"
    label = "facts"
    verbose_name = "指标事实"

    def ready(self) -> None:
        autodiscover_modules("facts")
