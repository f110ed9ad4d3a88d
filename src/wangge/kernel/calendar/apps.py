from django.apps import AppConfig


class CalendarConfig(AppConfig):
    name = "wangge.kernel.calendar"
    label = "calendar"
    verbose_name = "日历与时限"
