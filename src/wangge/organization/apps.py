from django.apps import AppConfig


class OrganizationConfig(AppConfig):
    name = "wangge.organization"
    label = "organization"
    verbose_name = "机构与人员"
