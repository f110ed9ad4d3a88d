from django.apps import AppConfig


class SitesConfig(AppConfig):
    name = "wangge.sites"
    label = "sites"
    verbose_name = "界面"
