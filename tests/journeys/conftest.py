"""Browsers for the journeys: windows of the desk, phones, and an ear for what their consoles complain of.

``WANGGE_SHOTS=folder`` leaves pictures of every station of a journey.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from django.conf import settings as configured
from playwright.sync_api import Browser, BrowserContext, Page
from tests.browsing import DESK, HERE, PHONE, SHOTS
from tests.cases.conftest import World, world  # noqa: F401 - the fixture
from tests.cases.web.signing import signed_in

# A refused page (404, 409, 422, 429) is said by the browser too; the journeys cause some on purpose.
EXPECTED: Final = ("Failed to load resource: the server responded with a status of 4",)


@dataclass
class Town:
    """Opens browsers for people of the small district; keeps every complaint of every console."""

    browser: Browser
    address: str
    world: World
    opened: list[BrowserContext] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def desk(self, who: str = "") -> Page:
        """A window on a wide screen, of somebody signed in or of nobody."""
        return self._open(who, viewport=DESK)

    def phone(self, who: str = "") -> Page:
        """A phone at its place, of somebody signed in or of anybody."""
        return self._open(who, viewport=PHONE, is_mobile=True, has_touch=True, device_scale_factor=2)

    def _open(self, who: str, **given: Any) -> Page:
        context = self.browser.new_context(
            base_url=self.address,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            geolocation=HERE,  # type: ignore[arg-type]
            permissions=["geolocation"],
            **given,
        )
        self.opened.append(context)
        if who:
            cookie = signed_in(self.world, who).cookies[configured.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": configured.SESSION_COOKIE_NAME, "value": cookie, "url": self.address}])
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("console", self._heard)
        return context.new_page()

    def _heard(self, said: Any) -> None:
        if said.type == "error" and not said.text.startswith(EXPECTED):
            self.complaints.append(f"{said.page.url if said.page else ''}: {said.text}")


@pytest.fixture
def town(
    browser: Browser,
    live_server: Any,
    world: World,  # noqa: F811
    settings: Any,
    tmp_path: Path,
) -> Iterator[Town]:
    """The district, served; at the end nobody's console has complained, of the content security policy least."""
    settings.MEDIA_ROOT = tmp_path / "media"
    opened = Town(browser, live_server.url, world)
    yield opened
    for context in opened.opened:
        context.close()
    assert opened.complaints == [] or SHOTS
