from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "wangge.insight.governance"
    label = "governance"
    verbose_name = "治理任务"

    def ready(self) -> None:
        from wangge.cases.panels import register_card_source  # noqa: PLC0415 - models are not loaded before
        from wangge.insight.governance.web.panels import my_tasks  # noqa: PLC0415

        register_card_source(my_tasks)
