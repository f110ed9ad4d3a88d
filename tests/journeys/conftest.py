"""Browsers for the journeys: windows of the desk, phones, and an ear for what their consoles complain of.

``WANGGE_SHOTS=folder`` leaves pictures of every station of a journey.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from django.conf import settings as configured
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests.cases.conftest import World, world  # noqa: F401 - the fixture
from tests.cases.web.signing import signed_in

CHROMIUM: Final = os.environ.get("WANGGE_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-unsafe-swiftshader",
]
DESK: Final = {"width": 1440, "height": 900}
PHONE: Final = {"width": 390, "height": 844}
HERE: Final = {"longitude": 109.805, "latitude": 40.605}
# A refused page (404, 409, 422, 429) is said by the browser too; the journeys cause some on purpose.
EXPECTED: Final = ("Failed to load resource: the server responded with a status of 4",)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip("no Chromium")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in the thread of the test
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


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
    # Taking a picture hides the caret by a style of its own, which the policy rightly refuses.
    assert opened.complaints == [] or os.environ.get("WANGGE_SHOTS")


def shot(page: Page, name: str) -> None:
    folder = os.environ.get("WANGGE_SHOTS")
    if folder:
        page.wait_for_timeout(500)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
