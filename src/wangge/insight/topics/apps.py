from django.apps import AppConfig


class TopicsConfig(AppConfig):
    name = "wangge.insight.topics"
    label = "topics"
    verbose_name = "热点"

    def ready(self) -> None:
        from wangge.cases.panels import register_panel  # noqa: PLC0415 - models are not loaded before
        from wangge.insight.topics.web.panels import topics_of_case  # noqa: PLC0415

        register_panel("所属热点", topics_of_case)
