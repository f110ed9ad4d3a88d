from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "wangge.insight.governance"
    label = "governance"
    verbose_name = "治理任务"
