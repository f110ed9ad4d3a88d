from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    name = "wangge.assessment"
    label = "assessment"
    verbose_name = "考核评价"

    def ready(self) -> None:
        from wangge.assessment import policy  # noqa: PLC0415 - models are not loaded before
        from wangge.assessment.web.panels import my_assessment  # noqa: PLC0415
        from wangge.cases.panels import register_card_source  # noqa: PLC0415
        from wangge.kernel.attachments.registry import serve_for  # noqa: PLC0415

        serve_for("assessment.appeal", visible=policy.appeals, personal=("evidence",))
        serve_for("assessment.pack", visible=policy.packs)
        register_card_source(my_assessment)
