"""The bottom bar of the phone: 我的网格 · 上报 · 核查 · 报到 · 我的."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from wangge.kernel.access.scopes import permissions

# label, url name, icon, the chrome's own page, who may open it (empty: everybody)
TABS: Final = (
    ("我的网格", "field_grid", "hexagons", False, ("field.use", "cases.suggest")),
    ("上报", "field_report", "camera", False, ("field.use", "cases.suggest")),
    ("核查", "field_checks", "clipboard-check", False, ("cases.check",)),
    ("报到", "field_whistles", "speakerphone", False, ("whistle.handle",)),
    ("考核单", "field_sheet", "award", False, ("assessment.own",)),
    ("我的", "field_me", "user-circle", True, ()),
)


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    url: str
    icon: str
    own: bool
    active: bool


def open_tabs(request: HttpRequest) -> list[Tab]:
    """The tabs this user may open; the one with the longest matching address is active.

    A page kept on the phone for the time without a network is shown to nobody signed in: it gets them all.
    """
    user = getattr(request, "user", None)
    held = permissions(user) if getattr(user, "is_authenticated", False) else None
    found = []
    for label, url_name, icon, own, needs in TABS:
        if needs and held is not None and held.isdisjoint(needs):
            continue
        try:
            found.append((label, reverse(url_name), icon, own))
        except NoReverseMatch:
            continue
    here = max((url for _, url, _, _ in found if request.path.startswith(url)), key=len, default="")
    return [Tab(label, url, icon, own, url == here) for label, url, icon, own in found]
