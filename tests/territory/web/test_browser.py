"""A grid drawn by hand in a real browser. ``WANGGE_SHOTS=folder`` leaves pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from tests.browsing import DESK, SHOTS, shot
from tests.territory.conftest import COMMUNITY, START, person, square

from wangge.kernel.access.models import Grant
from wangge.territory.actions import NewGrid, assign_staff, create_grid
from wangge.territory.models import Grid
from wangge.territory.places import code_of_grid
from wangge.territory.reform import set_outline

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(divisions: None, browser: Browser, live_server: Any, client: Client) -> Iterator[Page]:
    manager = person("网格办小孙")
    Grant.objects.create(user=manager, role="territory_manager", path="150203", valid_from=START)
    client.force_login(manager)
    context = browser.new_context(locale="zh-CN", viewport=DESK, base_url=live_server.url)  # type: ignore[arg-type]
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert complaints == [] or SHOTS


def test_a_grid_is_drawn_by_clicking_its_corners(page: Page) -> None:
    set_outline(code=COMMUNITY, polygon=square(109.84, 40.65), on=START)
    page.goto(reverse("grid_create", args=[COMMUNITY]))
    drawing = page.locator(".wg-map[data-drawn]")
    drawing.wait_for()
    box = drawing.bounding_box()
    assert box is not None
    middle = (box["width"] / 2, box["height"] / 2)
    for x, y in ((-60, -60), (60, -60), (60, 60), (-60, 60)):
        drawing.click(position={"x": middle[0] + x, "y": middle[1] + y})
    expect(page.locator("[data-draw-status]")).to_have_text("4 个顶点，可拖动调整")
    page.locator("[data-draw-undo]").click()
    expect(page.locator("[data-draw-status]")).to_have_text("3 个顶点，可拖动调整")
    shot(page, "territory-draw")
    page.fill("#id_name", "手画网格")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("h1")).to_contain_text("手画网格")
    grid = Grid.objects.get()
    assert grid.polygon is not None
    assert len(grid.polygon["coordinates"][0]) == 4
    assert grid.centroid_lng == pytest.approx(109.845, abs=0.003)
    assert grid.centroid_lat == pytest.approx(40.655, abs=0.003)


def test_the_pages_keep_the_content_security_policy(page: Page) -> None:
    grid = create_grid(new=NewGrid(COMMUNITY, households=450, polygon=square(109.84, 40.65)), on=START)
    create_grid(
        new=NewGrid(COMMUNITY, households=450, kind="exclusive", polygon=square(109.845, 40.65, 0.003)), on=START
    )
    assign_staff(grid=grid, user=person("网格员小李"), position="chief", on=START)
    code = code_of_grid(grid=grid)
    addresses = {
        "list": reverse("division_list"),
        "district": reverse("division_detail", args=["150203"]),
        "community": reverse("division_detail", args=[COMMUNITY]),
        "grid": reverse("grid_detail", args=[grid.code]),
        "edit": reverse("grid_edit", args=[grid.code]),
        "grids": reverse("grid_list"),
        "import": reverse("grid_import"),
        "place": reverse("place_create"),
        "code": reverse("place_code_detail", args=[code.pk]),
        "sheet": f"{reverse('place_code_sheet')}?path={grid.code}",
    }
    for name, address in addresses.items():
        answer = page.goto(address, wait_until="networkidle")
        assert answer is not None
        assert answer.status == 200
        shot(page, f"territory-{name}")
