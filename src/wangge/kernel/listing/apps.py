from django.apps import AppConfig


class ListingConfig(AppConfig):
    name = "wangge.kernel.listing"
    label = "listing"
    verbose_name = "列表"
