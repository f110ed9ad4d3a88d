"""Small tables of tones and icons for the templates of cases: ``{% load case_ui %}``."""

from __future__ import annotations

from typing import Any, Final

from django import template
from django.utils.safestring import SafeString

from wangge.cases.enums import PartRole, PartState
from wangge.cases.models import CasePart
from wangge.cases.web.shown import STATE_TONES, flag_badges
from wangge.territory import queries as territory

register = template.Library()

PART_TONES: Final = {"waiting": "warn", "handling": "active", "answered": "ok", "withdrawn": "neutral"}
REQUEST_TONES: Final = {"pending": "warn", "approved": "ok", "refused": "danger", "withdrawn": "neutral"}
STEP_ICONS: Final = {
    "dispatch": "route",
    "answer": "message-circle",
    "decline": "ban",
    "sign": "checklist",
    "send_back": "arrow-back-up",
    "accept_return": "check",
    "uphold": "gavel",
    "contact": "phone",
    "assign": "arrow-forward-up",
    "report_part": "message-report",
    "hand_back": "arrow-back-up",
    "reply": "send",
    "check_pass": "circle-check",
    "check_fail": "circle-x",
    "call_back": "phone-call",
    "close": "check",
    "reopen": "rotate",
    "archive": "archive",
    "resume": "player-play",
    "supervise": "flag",
    "escalate": "arrow-up",
    "link": "git-merge",
    "unlink": "git-branch",
}


@register.filter
def state_tone(state: str) -> str:
    return STATE_TONES.get(state, "neutral")


@register.filter
def part_stands(part: CasePart) -> str:
    """The state of a part in words: whoever assists does not sign, an answer is what is waited for."""
    if part.role == PartRole.ASSIST and part.state == PartState.WAITING:
        return "待反馈"
    return part.get_state_display()


@register.filter
def part_tone(state: str) -> str:
    return PART_TONES.get(state, "neutral")


@register.filter
def request_tone(state: str) -> str:
    return REQUEST_TONES.get(state, "neutral")


@register.filter
def step_icon(name: str) -> str:
    return STEP_ICONS.get(name, "chevron-right")


@register.filter
def full_name(path: str) -> str:
    """The place from its street down."""
    return territory.full_name(path, from_level=4)


@register.filter
def notice_tone(kind: str) -> str:
    return {"warning": "warn", "overdue": "danger", "supervision": "danger"}.get(kind, "info")


@register.filter
def empty_boxes(cards: Any, waiting: int = 0) -> list[Any]:
    """The cards of my work that have nothing in them (when nothing waits at all, the first is shown as a card)."""
    return [card for card in cards[0 if waiting else 1 :] if not card.total]


@register.simple_tag
def case_flags(case: Any) -> SafeString:
    return flag_badges(case)
