"""``{% load assessment_ui %}``: shares and changes of a pack, whose content is plain values (Word says them
alike), and what a grid worker is told on the phone."""

from __future__ import annotations

from typing import Any

from django import template

from wangge.assessment import policy
from wangge.assessment.web.shown import APPEAL_TONES

register = template.Library()


@register.inclusion_tag("assessment/field/told.html", takes_context=True)
def my_appeal(context: dict[str, Any]) -> dict[str, Any]:
    """How an appeal of the worker who looks was decided, as a line on the phone until it is read; the latest first."""
    user = context.get("user")
    if not getattr(user, "is_authenticated", False):
        return {"one": None}
    return {"one": policy.told(user).select_related("period").order_by("-decided_at").first()}


@register.filter
def appeal_tone(state: str) -> str:
    return APPEAL_TONES[state]


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
