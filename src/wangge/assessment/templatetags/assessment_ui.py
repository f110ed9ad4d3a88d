"""``{% load assessment_ui %}``: shares and changes of a pack, whose content is plain values; Word says them alike."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.filter
def share(value: Any) -> str:
    """93.5%; — when there is none."""
    return "—" if value is None or value == "" else f"{value:.1%}"


@register.filter
def counted(value: int | None) -> str:
    """+12, −3, 0; — when there is none."""
    if not value:
        return "—" if value is None else "0"
    return f"{value:+,}".replace("-", "−")


@register.filter
def signed(value: Any) -> str:
    """+1.20; — when there is none."""
    return "—" if value is None or value == "" else f"{value:+.2f}"
