"""The bottom bar of the phone: 我的网格 · 上报 · 核查 · 我的."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

# label, url name, icon, the chrome's own page
TABS: Final = (
    ("我的网格", "field_grid", "hexagons", False),
    ("上报", "field_report", "camera", False),
    ("核查", "field_checks", "clipboard-check", False),
    ("我的", "field_me", "user-circle", True),
)


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    url: str
    icon: str
    own: bool
    active: bool


def open_tabs(request: HttpRequest) -> list[Tab]:
    """The tabs whose pages exist; the one with the longest matching address is active."""
    found = []
    for label, url_name, icon, own in TABS:
        try:
            found.append((label, reverse(url_name), icon, own))
        except NoReverseMatch:
            continue
    here = max((url for _, url, _, _ in found if request.path.startswith(url)), key=len, default="")
    return [Tab(label, url, icon, own, url == here) for label, url, icon, own in found]
