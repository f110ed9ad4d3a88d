"""How a case looks: tones of its states, the flags beside its title, its place and offices in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from wangge.cases.enums import CaseState, Urgency
from wangge.cases.models import Case
from wangge.cases.story import Line
from wangge.kernel.listing.html import badge, due_chip
from wangge.organization import queries as organization
from wangge.territory import queries as territory

STATE_TONES: Final[dict[str, str]] = {
    CaseState.RECEIVED: "warn",
    CaseState.DISPATCHED: "info",
    CaseState.RETURNED: "danger",
    CaseState.HANDLING: "active",
    CaseState.SUSPENDED: "hold",
    CaseState.REPLIED: "info",
    CaseState.CHECKED: "info",
    CaseState.LINKED: "neutral",
    CaseState.ANSWERED: "ok",
    CaseState.CLOSED: "ok",
    CaseState.ARCHIVED: "neutral",
}
LINE_TONES: Final = {"info": "info", "good": "ok", "bad": "danger", "wait": "warn"}
LINE_ICONS: Final = {"info": "circle-dot", "good": "check", "bad": "alert-triangle", "wait": "clock"}


# Numbers of our own forms, by which a second press is known: nothing to show.
OWN_SOURCES: Final = ("desk", "resident", "field")


def case_url(case: Any) -> str:
    return reverse("case_detail", args=[case.pk])


def box_url(code: str) -> str:
    return reverse("case_dispatch_queue") if code == "dispatch" else reverse("case_box", args=[code])


def state_badge(case: Case) -> SafeString:
    return badge(case.get_state_display(), STATE_TONES.get(case.state, "neutral"))


def flags(case: Case) -> list[tuple[str, str]]:
    """(label, tone) of what makes this case unlike the others."""
    found = []
    if case.urgency != Urgency.NORMAL:
        found.append((case.get_urgency_display(), "danger" if case.urgency == Urgency.EMERGENCY else "warn"))
    if case.is_problem:
        found.append(("疑难", "danger"))
    if case.supervised_at is not None:
        found.append(("督办", "danger"))
    if case.reworks:
        found.append((f"重办{case.reworks}次", "warn"))
    if case.designated:
        found.append(("指定承办", "info"))
    if case.is_private:
        found.append(("保密", "hold"))
    if case.is_anonymous:
        found.append(("匿名", "neutral"))
    if case.excluded_at is not None:
        found.append(("已剔除", "neutral"))
    return found


def flag_badges(case: Case) -> SafeString:
    return format_html_join(" ", "{}", ((badge(label, tone),) for label, tone in flags(case)))


def title_cell(case: Case) -> SafeString:
    """The title, linked, with its flags; below it number, kind and channel."""
    return format_html(
        '<div class="case-title"><a href="{}">{}</a> {}</div><div class="case-under">{} · {} · {}</div>',
        case_url(case),
        case.title,
        flag_badges(case),
        case.number,
        case.kind.name if case.kind else "未分类",
        case.get_channel_display(),
    )


def due_cell(case: Case) -> SafeString:
    return due_chip(case.next_due_at) if case.is_open else SafeString("")


def dress(cases: Iterable[Any]) -> None:
    """Give each case ``place_name``, ``lead_name``, ``holder_name`` and ``source_told`` in at most two statements."""
    rows = list(cases)
    places = territory.names_of({p for case in rows for p in (case.path[:9], case.path[:12])})
    names = organization.names([i for case in rows for i in (case.lead_office_id, case.holder_office_id)])
    for case in rows:
        parts = [places[p] for p in dict.fromkeys((case.path[:9], case.path[:12]))]
        case.place_name = "·".join(parts)
        case.lead_name = names.get(case.lead_office_id, "")
        case.holder_name = names.get(case.holder_office_id, "")
        own = case.source_system in OWN_SOURCES or not case.source_number
        case.source_told = "" if own else f"{case.source_system} {case.source_number}".strip()


def timeline_entries(lines: Iterable[Line]) -> list[dict[str, object]]:
    """The story for the timeline component."""
    return [
        {
            "at": line.at,
            "title": line.what,
            "who": line.who,
            "note": line.text,
            "tone": LINE_TONES[line.tone],
            "icon": LINE_ICONS[line.tone],
        }
        for line in lines
    ]
