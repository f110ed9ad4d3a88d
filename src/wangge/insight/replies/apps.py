from django.apps import AppConfig


class RepliesConfig(AppConfig):
    name = "wangge.insight.replies"
    label = "replies"
    verbose_name = "答复质检"

    def ready(self) -> None:
        from wangge.cases.panels import register_step_note
        from wangge.insight.replies import handlers  # noqa: F401 (they register themselves)

        register_step_note("reply", "reply_hints")
