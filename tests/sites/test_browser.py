"""The components in a real browser: nothing breaks the content security policy, and they do what they say.

``WANGGE_SHOTS=folder`` also leaves pictures of the pages at desk and phone size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from tests.browsing import DESK, PHONE, shot

from wangge.kernel.access.models import Grant, User

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


class Desk:
    """A signed-in browser window that keeps what the console says."""

    def __init__(self, browser: Browser, address: str, client: Client) -> None:
        self.context = browser.new_context(
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            viewport=DESK,  # type: ignore[arg-type]
            geolocation={"longitude": 109.84, "latitude": 40.65},
            permissions=["geolocation"],
        )
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": address}])
        self.address = address
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, path: str, size: dict[str, int] = DESK) -> Page:
        self.page.set_viewport_size(size)  # type: ignore[arg-type]
        self.page.goto(self.address + path, wait_until="networkidle")
        return self.page

    def picture(self, name: str) -> None:
        shot(self.page, name)


@pytest.fixture
def desk(browser: Browser, live_server: Any, client: Client) -> Iterator[Desk]:
    worker = User.objects.create_user("xiaoli", "a long enough password", display_name="网格员小李")
    client.force_login(worker)
    opened = Desk(browser, live_server.url, client)
    yield opened
    opened.context.close()


PAGES = [
    "/design/",
    "/design/field/",
    "/design/resident/",
    "/design/list/",
    "/design/print/",
    "/r/",
    "/field/me/",
    "/exports/",
]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_no_page_breaks_the_content_security_policy(desk: Desk, size: dict[str, int]) -> None:
    for path in PAGES:
        desk.open(path, size)
        desk.picture(f"{path.strip('/').replace('/', '-')}-{size['width']}")
    assert desk.complaints == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_no_page_is_wider_than_the_window(desk: Desk, size: dict[str, int]) -> None:
    wide = []
    for path in PAGES:
        page = desk.open(path, size)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > size["width"] and "print" not in path:
            wide.append((path, width))
    assert wide == []


def test_the_login_shows_without_complaint(browser: Browser, live_server: Any, client: Client) -> None:
    client.cookies[settings.SESSION_COOKIE_NAME] = "nobody"
    window = Desk(browser, live_server.url, client)
    window.open("/login/")
    window.picture("login-1440")
    window.open("/login/", PHONE)
    window.picture("login-390")
    assert window.complaints == []


def test_the_map_draws_areas_and_points(desk: Desk) -> None:
    page = desk.open("/design/")
    expect(page.locator(".wg-map[data-drawn]")).to_be_visible()
    expect(page.locator(".wg-map-label")).to_have_count(6)


def test_the_marker_fills_the_position(desk: Desk) -> None:
    page = desk.open("/design/")
    expect(page.locator(".wg-map[data-drawn]")).to_be_visible()
    page.locator(".wg-map canvas").click(position={"x": 60, "y": 60})
    assert re.fullmatch(r"109\.\d{6}", page.input_value("#id_lng"))


def test_the_chart_draws(desk: Desk) -> None:
    page = desk.open("/design/")
    expect(page.locator(".wg-chart canvas")).to_be_visible()


def test_the_position_button_fills_the_inputs(desk: Desk) -> None:
    page = desk.open("/design/field/", PHONE)
    page.click("[data-position]")
    expect(page.locator(".wg-position-state")).to_contain_text("已定位")
    assert (page.input_value("#id_lng"), page.input_value("#id_lat")) == ("109.840000", "40.650000")


def test_photos_are_scaled_down_before_they_are_sent(desk: Desk, tmp_path: Path) -> None:
    from PIL import Image

    large = tmp_path / "large.png"
    Image.effect_noise((3000, 2000), 80).save(large)
    page = desk.open("/design/field/", PHONE)
    page.set_input_files("[data-photos] input", str(large))
    expect(page.locator(".wg-photo img")).to_have_count(1)
    name, size = page.evaluate(
        "(() => { const f = document.querySelector('[data-photos] input').files[0]; return [f.name, f.size]; })()"
    )
    assert (name, size < large.stat().st_size) == ("large.jpg", True)


def test_pages_filters_and_orders_of_a_list_change_the_address_without_reloading(desk: Desk) -> None:
    page = desk.open("/design/list/")
    page.evaluate("window.kept = true")
    page.click("text=下一页")
    expect(page.locator(".wg-page-number")).to_contain_text("2 /")
    page.click("thead >> text=表")
    expect(page).to_have_url(re.compile(r"\?sort=model$"))
    page.fill("#f-q", "user")
    page.press("#f-q", "Enter")
    expect(page.locator(".wg-chip")).to_have_count(1)
    assert page.evaluate("window.kept") is True
    page.go_back()
    expect(page.locator(".wg-chip")).to_have_count(0)
    assert desk.complaints == []


def test_rows_are_walked_and_checked_by_keyboard(desk: Desk) -> None:
    page = desk.open("/design/list/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("tr.wg-current")).to_have_count(1)
    expect(page.locator("[data-bulk-count]")).to_have_text("1")
    desk.picture("list-bulk-1440")
    page.keyboard.press("/")
    expect(page.locator(".wg-list-bar input").first).to_be_focused()


def test_the_search_box_is_there_for_those_whom_it_leads_somewhere(desk: Desk) -> None:
    assert desk.open("/design/list/").locator("[data-search-box]").count() == 0
    today = timezone.localdate()
    Grant.objects.create(user=User.objects.get(), role="window_clerk", path="150203", valid_from=today)
    page = desk.open("/design/list/")
    page.keyboard.press("/")
    expect(page.locator("[data-search-box]")).to_be_focused()


def test_the_menu_opens_where_the_current_page_stands(desk: Desk) -> None:
    Grant.objects.create(user=User.objects.get(), role="command_centre", path="150203", valid_from=timezone.localdate())
    page = desk.open("/exports/", {"width": 1440, "height": 500})
    expect(page.locator(".wg-menu [aria-current=page]")).to_be_in_viewport()
    assert page.evaluate("scrollY") == 0


def test_help_opens_by_key(desk: Desk) -> None:
    page = desk.open("/design/list/")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()


def test_a_bulk_action_is_reported_row_by_row(desk: Desk) -> None:
    page = desk.open("/design/list/")
    page.check("[data-pick-all]")
    page.click("[data-bulk] >> text=退回")
    page.fill("#bulk-return-reason", "不属于本单位")
    desk.picture("list-modal-1440")
    page.click("#bulk-return button[type=submit]")
    expect(page.locator("h1")).to_have_text("退回结果")
    desk.picture("bulk-result-1440")
    expect(page.locator("tbody tr")).to_have_count(20)


def test_a_view_is_saved_opened_and_deleted(desk: Desk) -> None:
    page = desk.open("/design/list/?q=user")
    page.click("text=存为常用")
    page.fill("#view-name", "账号相关")
    page.click("#save-view button[type=submit]")
    expect(page.locator(".wg-view.active")).to_have_text(re.compile("账号相关"))
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("text=常用查询")
    page.click(".wg-view-row button")
    expect(page.locator(".wg-view")).to_have_count(0)


def test_a_form_is_sent_once(desk: Desk) -> None:
    page = desk.open("/design/")
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.evaluate("""() => {
        const form = document.querySelector('form[data-guard]');
        form.noValidate = true;
        form.requestSubmit();
        form.requestSubmit();
    }""")
    expect(page.locator(".wg-alert", has_text="请改正后再提交")).to_be_visible()
    desk.picture("form-errors-1440")
    assert len(posts) == 1
