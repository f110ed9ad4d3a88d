from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "wangge.insight.places"
    label = "places"
    verbose_name = "地点识别"

    def ready(self) -> None:
        from wangge.insight.places.gazetteer import learned_terms  # noqa: PLC0415 - models are not loaded before
        from wangge.territory.gazetteer import register_terms  # noqa: PLC0415

        register_terms(learned_terms)
