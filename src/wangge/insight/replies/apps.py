from django.apps import AppConfig


class RepliesConfig(AppConfig):
    name = "wangge.insight.replies"
    label = "replies"
    verbose_name = "答复质检"

    def ready(self) -> None:
        from wangge.cases.panels import register_step_note  # noqa: PLC0415 - models are not loaded before

        register_step_note("reply", "reply_hints")
