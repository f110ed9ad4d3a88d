from django.apps import AppConfig


class TopicsConfig(AppConfig):
    name = "wangge.insight.topics"
    label = "topics"
    verbose_name = "热点"

    def ready(self) -> None:
        from wangge.cases.panels import register_card_source, register_panel  # noqa: PLC0415 - no models before
        from wangge.insight.topics.web.panels import topics_of_case, unread_rises  # noqa: PLC0415

        register_panel("所属热点", topics_of_case)
        register_card_source(unread_rises)
