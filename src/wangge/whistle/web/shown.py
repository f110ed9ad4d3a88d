"""How a whistle looks: tones of its states, its title with its number, its place and offices in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from wangge.kernel.listing.html import badge, due_chip
from wangge.organization import queries as organization
from wangge.territory import queries as territory
from wangge.whistle.enums import OFFICE_CLOCKS, ClockName, SummonsState, WhistleKind, WhistleState
from wangge.whistle.models import Summons, Whistle
from wangge.whistle.queries import minutes_late

STATE_TONES: Final[dict[str, str]] = {
    WhistleState.DRAFT: "warn",
    WhistleState.RUNNING: "active",
    WhistleState.SUSPENDED: "hold",
    WhistleState.CLOSED: "ok",
    WhistleState.WITHDRAWN: "neutral",
}
KIND_TONES: Final[dict[str, str]] = {
    WhistleKind.WORK: "info",
    WhistleKind.HARD: "warn",
    WhistleKind.EMERGENCY: "danger",
}
SUMMONS_TONES: Final[dict[str, str]] = {
    SummonsState.PREPARED: "neutral",
    SummonsState.SUMMONED: "warn",
    SummonsState.OBJECTED: "danger",
    SummonsState.SIGNED: "info",
    SummonsState.ARRIVED: "active",
    SummonsState.HANDLING: "active",
    SummonsState.REPORTED: "info",
    SummonsState.DONE: "ok",
    SummonsState.RELEASED: "neutral",
}

NOTICE_TONES: Final[dict[str, str]] = {
    "summoned": "warn",
    "objected": "warn",
    "warning": "warn",
    "overdue": "danger",
    "raised": "danger",
    "returned": "danger",
    "resumed": "hold",
    "closed": "info",
    "rated": "info",
}


def whistle_url(whistle: Any) -> str:
    return reverse("whistle_detail", args=[whistle.pk])


def box_url(code: str) -> str:
    return reverse("whistle_box", args=[code])


def state_badge(whistle: Whistle) -> SafeString:
    return badge(whistle.get_state_display(), STATE_TONES.get(whistle.state, "neutral"))


def kind_badge(whistle: Whistle) -> SafeString:
    return badge(whistle.get_kind_display(), KIND_TONES.get(whistle.kind, "neutral"), "speakerphone")


def summons_badge(summons: Summons) -> SafeString:
    return badge(summons.get_state_display(), SUMMONS_TONES.get(summons.state, "neutral"))


def title_cell(whistle: Whistle) -> SafeString:
    return format_html(
        '<div class="whistle-title">{} <a href="{}">{}</a></div><div class="whistle-under">{} · {}</div>',
        kind_badge(whistle),
        whistle_url(whistle),
        whistle.title,
        whistle.number,
        whistle.get_origin_display(),
    )


def due_cell(whistle: Whistle) -> SafeString:
    return due_chip(whistle.next_due_at)


def offices_cell(whistle: Any) -> SafeString:
    """Every department with its state, the lead first."""
    return format_html_join(
        "",
        '<div class="whistle-office">{}<span>{}</span> {}{}</div>',
        (
            (
                badge("主办", "active") if one.role == "lead" else "",
                name,
                summons_badge(one),
                late_badge(one, timezone.now()) + raised_badge(one),
            )
            for one, name in whistle.called
        ),
    )


def late_badge(summons: Summons, now: datetime) -> SafeString:
    """超 12 分钟, from two hours on in hours; 裁定超 … where the command centre is late, 核实超 … where the street is.

    Nothing while in time.
    """
    late = minutes_late(summons.next_due_at, now)
    whose = "" if summons.due_name in ("", *OFFICE_CLOCKS) else ClockName(summons.due_name).label
    return badge(f"{whose}超 {late_words(late)}", "danger") if late else SafeString("")


def raised_badge(summons: Summons) -> SafeString:
    """已报区领导, while the summons is still late."""
    return badge("已报区领导", "danger", "alarm") if summons.raised_at is not None else SafeString("")


def late_words(minutes: int) -> str:
    if minutes < 120:
        return f"{minutes} 分钟"
    return f"{minutes // 60} 小时" if minutes < 48 * 60 else f"{minutes // 1440} 天"


def dress(whistles: Iterable[Any]) -> None:
    """Give each whistle ``place_name``, ``street_name``, ``office_name`` and ``called``; at most three statements."""
    rows = list(whistles)
    summonses = Summons.objects.filter(whistle_id__in=[row.pk for row in rows]).order_by("-role", "pk")
    by_whistle: dict[int, list[Summons]] = {}
    for one in summonses:
        if one.state != SummonsState.RELEASED:
            by_whistle.setdefault(one.whistle_id, []).append(one)
    offices = {one.office_id for some in by_whistle.values() for one in some}
    names = organization.names([*offices, *(row.office_id for row in rows)])
    places = territory.names_of({p for row in rows for p in (row.street_path, row.path[:12])})
    for row in rows:
        row.place_name = "·".join(places[p] for p in dict.fromkeys((row.street_path, row.path[:12])))
        row.street_name = places[row.street_path]
        row.office_name = names.get(row.office_id, "")
        row.called = [(one, names.get(one.office_id, "")) for one in by_whistle.get(row.pk, [])]
