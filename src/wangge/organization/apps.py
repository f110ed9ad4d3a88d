from django.apps import AppConfig


class OrganizationConfig(AppConfig):
    name = "wangge.organization"
    label = "organization"
    verbose_name = "机构与人员"

    def ready(self) -> None:
        from wangge.kernel.access.policy import register_office_path  # noqa: PLC0415 - models are ready only now
        from wangge.kernel.access.unmask import register_unmask  # noqa: PLC0415
        from wangge.organization import handlers, policy, queries  # noqa: F401, PLC0415

        register_office_path(queries.path_of)
        register_unmask("organization.staff", may=policy.may_unmask)
