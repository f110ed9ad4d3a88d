"""Small words for the templates of whistles: ``{% load whistle_ui %}``."""

from __future__ import annotations

from django import template

from wangge.whistle.web.shown import late_words

register = template.Library()


@register.filter
def minutes(number: int) -> str:
    """12 分钟, from two hours on in hours, from two days on in days."""
    return late_words(number)
