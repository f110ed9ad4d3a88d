"""What modules above show on the page of a case and in my work: whistles, services, petitions.

Imports point down only, so those above register here once, in their ``apps.ready``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from wangge.cases.models import Case


@dataclass(frozen=True, slots=True)
class Panel:
    """``render(request, case)`` gives markup, escaped, or an empty string when there is nothing to show."""

    title: str
    render: Callable[[HttpRequest, Case], str]


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One thing that waits, as my work shows it."""

    title: str
    url: str
    place: str
    due_at: datetime | None = None
    badge: str = ""
    tone: str = "neutral"


@dataclass(frozen=True, slots=True)
class WorkCard:
    """A box of another module in my work: its exact count, its most urgent rows and the way to all of them."""

    code: str
    label: str
    total: int
    late: int
    rows: tuple[WorkRow, ...]
    url: str
    # Whether the box is emptied by work (else one only looks into it).
    counts: bool = True


# Step → the name of a page that says what it thinks of the form as it is being filled in (htmx, by the case's id).
_notes: dict[str, str] = {}

CardSource = Callable[[Any, datetime], list[WorkCard]]

_panels: list[Panel] = []
_sources: list[CardSource] = []


def register_panel(title: str, render: Callable[[HttpRequest, Case], str]) -> None:
    """Called once by a module's ``apps.ready``."""
    _panels.append(Panel(title, render))


def register_card_source(source: CardSource) -> None:
    """``source(user, now)`` gives the user's boxes of that module. Called once by its ``apps.ready``."""
    _sources.append(source)


def register_step_note(step: str, url_name: str) -> None:
    """Below the form of ``step`` stands what the page ``url_name`` answers to it. Called once by an ``apps.ready``."""
    _notes[step] = url_name


def note_of(step: str, case: Case) -> str:
    """The address of the note beside the form of ``step``; empty when nobody has one."""
    return reverse(_notes[step], args=[case.pk]) if step in _notes else ""


def panels_of(request: HttpRequest, case: Case) -> list[tuple[str, str]]:
    """Title and markup of the panels that have something to show."""
    return [(panel.title, markup) for panel in _panels if (markup := panel.render(request, case))]


def work_cards(user: Any, now: datetime) -> list[WorkCard]:
    """The boxes of the modules above, those with something in them first in their own order."""
    return [card for source in _sources for card in source(user, now) if card.total]
