from django.apps import AppConfig


class TopicsConfig(AppConfig):
    name = "wangge.insight.topics"
    label = "topics"
    verbose_name = "热点"
