from django.apps import AppConfig


class WhistleConfig(AppConfig):
    name = "wangge.whistle"
    label = "whistle"
    verbose_name = "吹哨报到"

    def ready(self) -> None:
        from wangge.kernel.attachments.registry import serve_for  # noqa: PLC0415 - models are not loaded before
        from wangge.whistle import policy  # noqa: PLC0415

        serve_for("whistle.whistle", visible=policy.rows)
        serve_for("whistle.summons", visible=policy.summonses)
