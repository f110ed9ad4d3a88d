from django.apps import AppConfig


class FactsConfig(AppConfig):
    name = "wangge.kernel.facts"
    label = "facts"
    verbose_name = "指标事实"
