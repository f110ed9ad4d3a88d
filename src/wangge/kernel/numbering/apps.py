from django.apps import AppConfig


class NumberingConfig(AppConfig):
    name = "wangge.kernel.numbering"
    label = "numbering"
    verbose_name = "编号"
