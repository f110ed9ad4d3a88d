from django.apps import AppConfig


class WhistleConfig(AppConfig):
    name = "wangge.whistle"
    label = "whistle"
    verbose_name = "吹哨报到"

    def ready(self) -> None:
        from wangge.cases.panels import register_card_source, register_panel  # noqa: PLC0415 - not loaded before
        from wangge.kernel.attachments.registry import serve_for  # noqa: PLC0415
        from wangge.whistle import facts, handlers, policy  # noqa: F401, PLC0415
        from wangge.whistle.web.duties import my_emergencies  # noqa: PLC0415
        from wangge.whistle.web.panels import case_whistles, my_whistles  # noqa: PLC0415

        serve_for("whistle.whistle", visible=policy.rows)
        serve_for("whistle.summons", visible=policy.summonses)
        register_panel("吹哨报到", case_whistles)
        register_card_source(my_emergencies)
        register_card_source(my_whistles)
