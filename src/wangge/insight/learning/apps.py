from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "wangge.insight.learning"
    label = "learning"
    verbose_name = "类别模型"

    def ready(self) -> None:
        from wangge.duties.suggestion import register_source  # noqa: PLC0415 - models are not loaded before
        from wangge.insight.learning import handlers, suggestion  # noqa: F401, PLC0415

        register_source(suggestion.suggest)
