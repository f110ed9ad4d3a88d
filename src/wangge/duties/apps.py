from django.apps import AppConfig


class DutiesConfig(AppConfig):
    name = "wangge.duties"
    label = "duties"
    verbose_name = "职责清单"

    def ready(self) -> None:
        from wangge.duties import handlers  # noqa: F401, PLC0415 - they register themselves
        from wangge.duties.web.panels import office_duties  # noqa: PLC0415 - models are ready only now
        from wangge.organization.panels import register_panel  # noqa: PLC0415

        register_panel("负责的事项", office_duties)
