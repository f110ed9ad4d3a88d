"""The phone in a real browser: a report without a signal is sent once, a resident's way from report to rating.

``WANGGE_SHOTS=folder`` also leaves pictures of the pages at phone size.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browsing import HERE, SHOTS, shot
from tests.cases.conftest import COMMUNITY, GRID, World
from tests.cases.web.signing import signed_in
from tests.kernel.attachments.samples import photo

from wangge.cases.actions import Place, dispatch_by_list
from wangge.cases.flow import CaseFlow
from wangge.cases.models import Case
from wangge.kernel.access.models import Grant
from wangge.kernel.attachments.queries import of
from wangge.organization import book
from wangge.organization.models import Office
from wangge.territory.models import Grid, GridStaff, PlaceCode

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

REPORT = "/field/report/"

Opener = Callable[..., Page]


@pytest.fixture
def phone(
    browser: Browser, live_server: Any, world: World, settings: Any, tmp_path: Path
) -> Iterator[Callable[..., BrowserContext]]:
    """Opens a phone: of somebody signed in, or of anybody. What its console complains of fails the test."""
    settings.MEDIA_ROOT = tmp_path
    opened: list[BrowserContext] = []
    complaints: list[str] = []

    def opener(who: str = "", *, located: bool = True) -> BrowserContext:
        context = browser.new_context(
            base_url=live_server.url,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            viewport={"width": 390, "height": 844},
            has_touch=True,
            is_mobile=True,
            device_scale_factor=2,
            geolocation=HERE,  # type: ignore[arg-type]
            permissions=["geolocation"] if located else [],
        )
        if who:
            cookie = signed_in(world, who).cookies[configured.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": configured.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on(
            "console",
            lambda said: (
                complaints.append(said.text)
                if said.type == "error" and "Failed to load resource" not in said.text
                else None
            ),
        )
        opened.append(context)
        return context

    yield opener
    for context in opened:
        context.close()
    assert complaints == [] or SHOTS


def picture(folder: Path) -> str:
    path = folder / "现场.jpg"
    path.write_bytes(photo(1200, 900))
    return str(path)


def ready(context: BrowserContext) -> Page:
    """The report page, with the shell kept on the phone."""
    page = context.new_page()
    page.goto(REPORT)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("caches.has('wangge-field-pages')")
    page.wait_for_function("caches.open('wangge-field-pages').then((c) => c.match('/field/report/')).then(Boolean)")
    page.reload()
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    return page


def sent(page: Page, reports: int = 1) -> None:
    """The queue says that so many were sent and none waits."""
    expect(page.locator("[data-queue-list] [data-state=sent]")).to_have_count(reports)
    expect(page.locator("[data-queue-title]")).to_have_text("已发送")


def draw(world: World) -> None:
    from wangge.territory.revision import changed

    ring = [[109.80, 40.60], [109.81, 40.60], [109.81, 40.61], [109.80, 40.61], [109.80, 40.60]]
    Grid.objects.filter(code=GRID).update(polygon={"type": "Polygon", "coordinates": [ring]})
    changed()


def test_a_report_without_a_signal_is_sent_once_when_there_is_one(phone: Any, world: World, tmp_path: Path) -> None:
    draw(world)
    context = phone("网格员小李")
    page = ready(context)
    expect(page.locator(".wg-position-state")).to_contain_text("已定位")
    context.set_offline(True)
    page.goto(REPORT)
    expect(page.locator("[data-offline]")).to_be_visible()
    page.set_input_files("[data-photos] input", picture(tmp_path))
    expect(page.locator(".wg-photo img")).to_have_count(1)
    page.click(".wg-kinds label:has-text('垃圾清运')")
    shot(page, "field-report-offline")
    page.click(".wg-send")
    expect(page.locator("[data-queue-title]")).to_have_text("待发送 1 件")
    page.reload()
    expect(page.locator("[data-queue-title]")).to_have_text("待发送 1 件")
    expect(page.locator(".wg-waiting")).to_contain_text("待发送 1 件")
    shot(page, "field-queue-waiting")
    assert Case.objects.count() == 0
    second = context.new_page()
    second.goto("/field/grid/")
    expect(second.locator("text=现在没有网络").first).to_be_visible()
    shot(second, "field-offline")
    context.set_offline(False)
    for one in (page, second):
        one.evaluate("WanggeQueue.flush()")
    sent(page)
    shot(page, "field-queue-sent")
    case = Case.objects.get()
    assert (case.path, case.kind, case.channel, of(case).count()) == (GRID, world.kinds["rubbish"], "grid", 1)


def test_two_reports_from_the_kept_page_are_two_matters(phone: Any, world: World) -> None:
    context = phone("网格员小李")
    page = ready(context)
    context.set_offline(True)
    for words in ("第一件", "第二件"):
        page.goto(REPORT)
        page.fill("#id_text", words)
        page.click(".wg-send")
        expect(page.locator("[data-queue-list]")).to_contain_text(words)
    expect(page.locator("[data-queue-title]")).to_have_text("待发送 2 件")
    context.set_offline(False)
    sent(page, 2)
    assert sorted(Case.objects.values_list("text", flat=True)) == ["第一件", "第二件"]


def test_what_the_server_refuses_is_said_and_can_be_changed(phone: Any, world: World) -> None:
    page = ready(phone("网格员小李"))
    page.fill("#id_text", "积水")
    page.evaluate("document.querySelector('[name=kind]:checked').value = '999999'")
    page.click(".wg-send")
    expect(page.locator(".wg-queue-list")).to_contain_text("这个类别已经停用")
    shot(page, "field-queue-error")
    page.click("[data-edit]")
    expect(page.locator("#id_text")).to_have_value("积水")
    page.click(".wg-kinds label:has-text('房屋质量')")
    page.click(".wg-send")
    sent(page)
    assert Case.objects.get().kind == world.kinds["building"]


def test_signed_out_the_report_waits_for_the_next_login(phone: Any, world: World) -> None:
    context = phone("网格员小李")
    page = ready(context)
    page.fill("#id_text", "积水")
    context.clear_cookies()
    page.click(".wg-send")
    expect(page.locator("[data-queue-note]")).to_contain_text("登录已过期")
    assert Case.objects.count() == 0


def test_without_a_position_the_phone_says_what_to_do(phone: Any, world: World) -> None:
    page = phone("网格员小李", located=False).new_page()
    page.goto(REPORT)
    page.click("[data-position]")
    expect(page.locator(".wg-position-state")).to_contain_text("没有定位权限")
    expect(page.locator("[data-position-help]")).to_be_visible()
    page.click("[data-position-help] summary")
    shot(page, "field-report-denied")


def test_a_kind_is_found_by_typing(phone: Any, world: World) -> None:
    page = phone("网格员小李").new_page()
    page.goto(REPORT)
    page.fill("[data-kind-search]", "房屋")
    page.click("[data-kind-found] label:has-text('房屋质量')")
    page.click(".wg-send")
    sent(page)
    assert Case.objects.get().kind == world.kinds["building"]


def test_the_nearest_check_comes_first(phone: Any, world: World) -> None:
    for words, lng in (("远处的垃圾", 109.85), ("近处的垃圾", 109.8051)):
        place = Place(path=GRID, address=words, lng=lng, lat=40.605)
        case = world.dispatched(channel="resident", by=None, place=place, title=words)
        CaseFlow(case, world["街道老王"]).reply(text="已清运", contacted="phone")
    page = phone("网格员小李").new_page()
    page.goto("/field/checks/")
    expect(page.locator(".wg-list-card-title").first).to_have_text("远处的垃圾")
    page.click("[data-position]")
    expect(page.locator(".wg-list-card-title").first).to_have_text("近处的垃圾")
    expect(page.locator("[data-distance]").first).to_have_text("10 米")
    shot(page, "field-checks")


def test_a_check_on_the_phone(phone: Any, world: World, tmp_path: Path) -> None:
    draw(world)
    place = Place(path=GRID, address="友谊大街1号院东门", lng=109.805, lat=40.605)
    case = world.dispatched(channel="resident", by=None, place=place)
    CaseFlow(case, world["街道老王"]).reply(text="已安排清运，并增加班次。", contacted="phone")
    page = phone("网格员小李").new_page()
    page.goto("/field/grid/?view=check")
    shot(page, "field-grid")
    page.click(".wg-list-card")
    expect(page.locator(".wg-map[data-drawn]")).to_be_visible()
    shot(page, "field-case")
    page.click("summary:has-text('核查不通过')")
    page.fill("#check_fail_reason", "东侧还有一堆")
    page.set_input_files(".wg-step-bad [data-photos] input", picture(tmp_path))
    expect(page.locator(".wg-step-bad .wg-photo img")).to_have_count(1)
    shot(page, "field-check-fail")
    page.click(".wg-step-bad button[type=submit]")
    expect(page.locator(".wg-alert")).to_contain_text("已核查不通过")
    assert (Case.objects.get().state, of(case, purpose="check_fail").count()) == ("handling", 1)


def test_a_resident_reports_follows_and_rates(phone: Any, world: World, tmp_path: Path) -> None:
    draw(world)
    page = phone().new_page()
    page.goto("/r/")
    shot(page, "resident-home")
    page.click("text=我要报事")
    page.click("text=井盖破损")
    page.set_input_files("[data-photos] input", picture(tmp_path))
    expect(page.locator(".wg-photo img")).to_have_count(1)
    shot(page, "resident-report")
    page.click(".wg-send")
    expect(page.locator("#id_address_error")).to_contain_text("请告诉我们在哪里")
    expect(page.locator(".wg-photo img")).to_have_count(1)
    shot(page, "resident-report-error")
    page.click("[data-position]")
    expect(page.locator(".wg-position-state")).to_contain_text("已定位")
    page.fill("#id_address", "东门外第二个路口")
    page.fill("#id_name", "张阿姨")
    page.fill("#id_phone", "13800000001")
    page.click(".wg-privacy summary")
    shot(page, "resident-report-filled")
    page.click(".wg-send")
    expect(page.locator("#number")).to_be_visible()
    shot(page, "resident-done")
    case = Case.objects.get()
    assert (case.path, case.text, of(case).count()) == (GRID, "井盖破损", 1)
    Case.objects.filter(pk=case.pk).update(kind=world.kinds["rubbish"])
    dispatch_by_list(case=Case.objects.get(), by=world["街道老王"])
    CaseFlow(Case.objects.get(), world["街道老王"]).reply(
        text="您好，井盖已于今天上午更换，并对周边同类井盖做了检查。", contacted="phone"
    )
    CaseFlow(Case.objects.get(), world["网格员小李"]).check_pass()
    page = phone().new_page()
    page.goto("/r/follow/")
    page.fill("#id_number", case.number)
    page.fill("#id_phone", "13800000009")
    page.click("button:has-text('查进度')")
    expect(page.locator(".wg-alert")).to_contain_text("没有找到")
    shot(page, "resident-follow-error")
    page.fill("#id_phone", "13800000001")
    page.click("button:has-text('查进度')")
    expect(page.locator(".wg-stand-state")).to_have_text("已答复，请您评价")
    shot(page, "resident-case")
    page.click(".wg-solved label:has-text('基本解决')")
    page.click(".wg-face-4")
    shot(page, "resident-rating")
    page.click("button:has-text('提交评价')")
    expect(page.locator(".wg-rated")).to_contain_text("满意")
    shot(page, "resident-rated")
    assert Case.objects.get().state == "closed"


def test_a_code_on_the_wall(phone: Any, world: World) -> None:
    draw(world)
    code = PlaceCode.objects.create(path=GRID, name="友谊超市", valid_from=date(2024, 1, 1))
    grid = Grid.objects.get(code=GRID)
    GridStaff.objects.create(grid=grid, user=world["网格员小李"], position="chief", valid_from=date(2024, 1, 1))
    GridStaff.objects.create(grid=grid, user=world["社区小陈"], position="full_time", valid_from=date(2024, 1, 1))
    Office.objects.filter(pk=world.offices["community"].pk).update(phone="0472-0000001")
    page = phone().new_page()
    page.goto(f"/r/q/{code.code}/")
    shot(page, "resident-code")
    page.click("text=我要点赞")
    page.fill("#id_text", "网格员小李帮老人买药")
    shot(page, "resident-praise")
    page.click(".wg-send")
    expect(page.locator("h2").first).to_have_text("谢谢您的点赞")
    page.goto(f"/r/contact/?q={code.code}")
    expect(page.locator(".wg-person-row").first).to_contain_text("网格员小李")
    shot(page, "resident-contact-code")
    page.goto("/r/contact/")
    page.click("[data-position]")
    expect(page.locator("h2").first).to_have_text(re.compile("第1网格"))
    shot(page, "resident-contact")
    page.goto("/r/q/ZZZZZZZZZZ/")
    shot(page, "resident-code-ended")
    assert Case.objects.get().demand_type == "praise"


def test_no_page_is_wider_than_the_phone(phone: Any, world: World) -> None:
    page = phone("网格员小李").new_page()
    wide = []
    for path in ("/field/grid/", "/field/checks/", REPORT, "/field/me/", "/r/report/", "/r/praise/", "/r/follow/"):
        page.goto(path)
        if page.evaluate("document.documentElement.scrollWidth") > 390:
            wide.append(path)
    Office.objects.filter(pk=world.offices["centre"].pk).update(name="包头市公安局昆都仑区分局交通管理大队联合中队")
    book.changed()
    Grant.objects.create(user=world["外人"], role="deputy", path=COMMUNITY, valid_from=date(2020, 1, 1))
    case = world.dispatched(channel="deputy", demand_type="suggestion", by=world["外人"])
    page = phone("外人").new_page()
    for path in ("/field/grid/", f"/field/own/{case.pk}/"):
        page.goto(path)
        if page.evaluate("document.documentElement.scrollWidth") > 390:
            wide.append(path)
    assert wide == []


def test_what_one_presses_is_large_enough_for_gloves(phone: Any, world: World) -> None:
    page = phone("网格员小李").new_page()
    small = []
    for path in ("/field/grid/", "/field/checks/", REPORT):
        page.goto(path)
        for text, height in page.evaluate(
            "[...document.querySelectorAll('main .btn:not(.btn-small), main .wg-kinds span, main .wg-grid-card')]"
            ".filter((e) => e.offsetParent).map((e) => [e.textContent.trim(), e.getBoundingClientRect().height])"
        ):
            if height < 56:
                small.append((path, text, height))
    assert small == []
