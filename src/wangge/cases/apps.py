from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "wangge.cases"
    label = "cases"
    verbose_name = "事项"

    def ready(self) -> None:
        from wangge.cases import handlers, policy  # noqa: F401, PLC0415 - models are not loaded before
        from wangge.kernel.access.unmask import register_unmask  # noqa: PLC0415
        from wangge.kernel.attachments.registry import serve_for  # noqa: PLC0415

        serve_for("cases.case", visible=policy.rows)
        register_unmask("cases.requester", may=lambda user, row, _field: policy.may_unmask_requester(user, row.case))
