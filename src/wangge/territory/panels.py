"""What modules above show on the pages of a division or a grid: open cases, offices, duties."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Panel:
    """``render(request, path)`` gives markup, escaped, or an empty string when there is nothing to show."""

    title: str
    render: Callable[[HttpRequest, str], str]


_panels: list[Panel] = []


def register_panel(title: str, render: Callable[[HttpRequest, str], str]) -> None:
    """Called once by a module's ``apps.ready``."""
    _panels.append(Panel(title, render))


def panels_of(request: HttpRequest, path: str) -> list[tuple[str, str]]:
    """Title and markup of the panels that have something to show for ``path``."""
    return [(panel.title, markup) for panel in _panels if (markup := panel.render(request, path))]
