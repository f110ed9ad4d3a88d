"""Small words for the templates of whistles: ``{% load whistle_ui %}``."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from wangge.whistle import postures
from wangge.whistle.web.shown import late_words

register = template.Library()


@register.filter
def minutes(number: int) -> str:
    """12 分钟, from two hours on in hours, from two days on in days."""
    return late_words(number)


@register.inclusion_tag("whistle/field/turn.html", takes_context=True)
def my_turn(context: dict[str, Any]) -> dict[str, Any]:
    """The next turn on duty of whoever looks, as a line on the phone; nothing for others."""
    user = context.get("user")
    if not getattr(user, "is_authenticated", False):
        return {"turn": None}
    return {"turn": postures.my_turns(user, timezone.now()).first()}
