"""What modules above show on an office's page: the duties it answers for, its open cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest

from wangge.organization.models import Office


@dataclass(frozen=True, slots=True)
class Panel:
    """``render(request, office)`` gives markup, escaped, or an empty string when there is nothing to show."""

    title: str
    render: Callable[[HttpRequest, Office], str]


_panels: list[Panel] = []


def register_panel(title: str, render: Callable[[HttpRequest, Office], str]) -> None:
    """Called once by a module's ``apps.ready``."""
    _panels.append(Panel(title, render))


def panels_of(request: HttpRequest, office: Office) -> list[tuple[str, str]]:
    """Title and markup of the panels that have something to show."""
    return [(panel.title, markup) for panel in _panels if (markup := panel.render(request, office))]
