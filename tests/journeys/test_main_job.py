"""The main job from end to end, each person in a browser of their own: reported, dispatched by list and place with
a reason, signed, handed to the community, answered, checked on the spot by somebody else, called back, rated,
closed and counted."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browsing import shot
from tests.cases.conftest import GRID
from tests.journeys.conftest import Town
from tests.kernel.attachments.samples import photo

from wangge.cases.models import Case
from wangge.kernel.attachments.queries import of
from wangge.kernel.audit.models import AuditEntry
from wangge.territory.models import Grid
from wangge.territory.revision import changed

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PHONE_NUMBER = "13800000001"


def draw() -> None:
    """The grid where the phones of the journeys stand."""
    ring = [[109.80, 40.60], [109.81, 40.60], [109.81, 40.61], [109.80, 40.61], [109.80, 40.60]]
    Grid.objects.filter(code=GRID).update(polygon={"type": "Polygon", "coordinates": [ring]})
    changed()


def picture(folder: Path) -> str:
    path = folder / "现场.jpg"
    path.write_bytes(photo(1200, 900))
    return str(path)


def state() -> str:
    return Case.objects.values_list("state", flat=True).get()


def take(page: Page, step: str, **given: str) -> None:
    """Open a step in the panel of the case's page, fill its form (by the ids of its fields) and press it."""
    form = page.locator(f"#act form[action$='/step/{step}/']")
    if not form.is_visible():
        page.locator(f"#act details:has(form[action$='/step/{step}/']) > summary").click()
    for name, value in given.items():
        control = form.locator(f"#{step}_{name}")
        if control.count() and control.evaluate("e => e.tagName") == "SELECT":
            control.select_option(value)
        elif control.count() and control.evaluate("e => ['INPUT', 'TEXTAREA'].includes(e.tagName)"):
            control.fill(value)
        else:  # radios
            form.locator(f"input[name={name}][value='{value}']").check()
    form.locator("button[type=submit]").click()


def told(page: Page) -> Any:
    return page.locator(".wg-alert").first


def open_first(page: Page, box: str) -> None:
    """From my work into the first case of a box."""
    page.goto("/desk/")
    expect(page.locator("h1")).to_contain_text("等您")
    page.locator(f"section:has(#box-{box}) .work-rows a").first.click()
    expect(page.locator(".case-head h1")).to_be_visible()


def test_one_complaints_whole_way(town: Town, tmp_path: Path) -> None:
    draw()
    resident_reports(town, tmp_path)
    street_dispatches(town)
    street_signs_and_gives_the_community_its_part(town)
    community_answers_and_the_street_replies(town)
    somebody_else_checks_on_the_spot(town, tmp_path)
    hotline_calls_back(town)
    requester_sees_the_end(town)
    leader_counts_it(town)
    every_step_has_its_record()


def resident_reports(town: Town, tmp_path: Path) -> None:
    page = town.phone()
    page.goto("/")
    page.click("text=我要报事")
    page.fill("#id_text", "小区东门垃圾清运不及时，垃圾三天没有清运，气味很大")
    page.set_input_files("[data-photos] input", picture(tmp_path))
    expect(page.locator(".wg-photo img")).to_have_count(1)
    page.click("[data-position]")
    expect(page.locator(".wg-position-state")).to_contain_text("已定位")
    page.fill("#id_address", "友谊大街1号院东门")
    page.fill("#id_name", "张阿姨")
    page.fill("#id_phone", PHONE_NUMBER)
    shot(page, "1-resident")
    page.click(".wg-send")
    expect(page.locator("#number")).to_be_visible()
    case = Case.objects.get()
    assert (case.path, case.state, case.needs_check, of(case).count()) == (GRID, "received", True, 1)


def street_dispatches(town: Town) -> None:
    page = town.desk("街道老王")
    open_first(page, "dispatch")
    classify = page.locator("form[action$='/classify/']")
    if classify.count() and Case.objects.get().kind_id is None:
        classify.locator("button[name=kind_id]").first.click()  # what the text suggests
        expect(told(page)).to_contain_text("已更新类别和地点")
    suggestion = page.locator(".case-plan-choice").first
    expect(suggestion).to_contain_text("少先路街道社会治理综合指挥中心")
    expect(suggestion).to_contain_text("街道职责清单")  # the reason in words: list, item, place
    shot(page, "2-dispatch")
    page.locator("form[action$='/step/dispatch/'] button[type=submit]").click()
    expect(told(page)).to_contain_text("已派单")
    case = Case.objects.get()
    assert (case.state, bool(case.dispatch_reason), case.finish_due_at is not None) == ("dispatched", True, True)


def street_signs_and_gives_the_community_its_part(town: Town) -> None:
    page = town.desk("街道老王")
    open_first(page, "sign")
    take(page, "sign")
    expect(told(page)).to_contain_text("已签收")
    take(page, "assign", office_id="友谊社区居民委员会", asked="请今天清运并劝导")
    expect(told(page)).to_contain_text("已交办")
    shot(page, "3-assigned")
    assert (state(), Case.objects.get().parts.count()) == ("handling", 2)


def community_answers_and_the_street_replies(town: Town) -> None:
    page = town.desk("社区小陈")
    open_first(page, "part")
    expect(page.locator(".case-parts")).to_contain_text("请今天清运并劝导")
    take(page, "report_part", answer="已清运两车，并与物业约定每天两次")
    expect(told(page)).to_contain_text("已反馈")
    page = town.desk("街道老王")
    open_first(page, "handle")
    take(page, "reply", text="您好，垃圾已于今天清运，今后每天清运两次。", contacted="phone")
    expect(told(page)).to_contain_text("已答复")
    shot(page, "4-replied")
    assert state() == "replied"


def somebody_else_checks_on_the_spot(town: Town, tmp_path: Path) -> None:
    page = town.phone("网格员小李")
    page.goto("/field/checks/")
    page.locator(".wg-list-card").first.click()
    page.locator("details:has(form[action$='/step/check_pass/']) > summary").click()
    form = page.locator("form[action$='/step/check_pass/']")
    form.locator("[data-photos] input").set_input_files(picture(tmp_path))
    expect(form.locator(".wg-photo img")).to_have_count(1)
    shot(page, "5-check")
    form.locator("button[type=submit]").click()
    expect(told(page)).to_contain_text("已核查通过")
    assert (state(), of(Case.objects.get(), purpose="check_pass").count()) == ("checked", 1)


def hotline_calls_back(town: Town) -> None:
    page = town.desk("话务小赵")
    open_first(page, "callback")
    take(page, "call_back", way="phone", reached="yes", solved="yes", satisfaction="5", comment="谢谢")
    expect(told(page)).to_contain_text("已回访")
    shot(page, "6-called-back")
    case = Case.objects.get()
    assert (case.state, case.solved, case.satisfaction) == ("closed", "yes", "5")


def requester_sees_the_end(town: Town) -> None:
    page = town.phone()
    page.goto("/r/follow/")
    page.fill("#id_number", Case.objects.get().number)
    page.fill("#id_phone", PHONE_NUMBER)
    page.click("button:has-text('查进度')")
    expect(page.locator(".wg-stand-state")).to_have_text("已办结")
    expect(page.locator(".wg-answer")).to_contain_text("今后每天清运两次")
    expect(page.locator("main, body").first).not_to_contain_text("街道老王")
    shot(page, "7-resident-sees")


def leader_counts_it(town: Town) -> None:
    page = town.desk("区领导")
    page.goto("/desk/cases/overview/")
    stats = page.locator(".overview-stats a, .overview-stats .wg-stat")
    for label, figure in (("今日登记", "1"), ("今日办结", "1"), ("30天满意率", "100.0%"), ("待办中", "0")):
        expect(stats.filter(has_text=label).first).to_contain_text(figure)
    expect(page.locator(".wg-chart canvas")).to_be_visible()
    shot(page, "8-leader")
    stats.filter(has_text="今日办结").first.click()  # a figure leads to its rows
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text(Case.objects.get().number)


def every_step_has_its_record() -> None:
    case = Case.objects.get()
    steps = list(case.transitions.order_by("at", "pk").values_list("step", flat=True))
    assert steps == ["create", "dispatch", "sign", "assign", "report_part", "reply", "check_pass", "call_back"]
    assert case.clocks.filter(stopped_at=None).count() == 0
    assert AuditEntry.objects.filter(object_type="cases.case", object_id=str(case.pk)).count() >= len(steps)


# -- two at once, keyboard, what was typed ---------------------------------------------------------


def test_two_people_press_and_the_second_is_told_who_was_first(town: Town) -> None:
    from wangge.kernel.access.models import Grant, User

    case = town.world.dispatched()
    other = User.objects.create_user("second", display_name="街道小刘")
    for grant in town.world["街道老王"].grants.all():
        Grant.objects.create(
            user=other, role=grant.role, path=grant.path, office_id=grant.office_id, valid_from=grant.valid_from
        )
    town.world.people["街道小刘"] = other
    first, second = town.desk("街道老王"), town.desk("街道小刘")
    for page in (first, second):
        page.goto(f"/desk/cases/{case.pk}/")
    take(first, "sign")
    expect(told(first)).to_contain_text("已签收")
    take(second, "sign")
    expect(told(second)).to_contain_text("街道老王")
    shot(second, "conflict")
    expect(second.locator(".case-head")).to_contain_text("办理中")  # the page shows how it stands now
    assert case.transitions.filter(step="sign").count() == 1


def test_what_was_typed_survives_a_refusal(town: Town) -> None:
    case = town.world.dispatched()
    page = town.desk("街道老王")
    page.goto(f"/desk/cases/{case.pk}/")
    take(page, "reply", text="已经处理完毕，请放心。")  # the requester has not been contacted
    expect(told(page)).to_contain_text("尚未联系诉求人")
    expect(page.locator("#reply_text")).to_have_value("已经处理完毕，请放心。")
    assert state() == "dispatched"


def test_the_desk_is_worked_by_keyboard(town: Town) -> None:
    cases = [town.world.dispatched(text=f"第{n}件事，垃圾没有清运") for n in range(3)]
    page = town.desk("街道老王")
    page.goto("/desk/cases/")
    expect(page.locator("tbody tr[data-row]")).to_have_count(3)
    for key in ("j", "j", "j", "k"):
        page.keyboard.press(key)
    expect(page.locator("tbody tr").nth(1)).to_have_class(re.compile("wg-current"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/desk/cases/{cases[1].pk}/"))
    page.wait_for_load_state("load")  # the keys are heard from then on
    page.keyboard.press("g")
    page.keyboard.press("m")
    expect(page).to_have_url(re.compile(r"/desk/cases/my/"))
    page.wait_for_load_state("load")
    page.keyboard.press("/")
    page.keyboard.type(cases[2].number)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/desk/cases/{cases[2].pk}/"))
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()


def test_a_search_by_words_number_and_phone_finds_the_case(town: Town) -> None:
    case = town.world.file(text="健身器材损坏，孩子玩耍危险")
    town.world.file()
    page = town.desk("话务小赵")
    for typed in ("健身器材", "13800000001"):
        page.goto("/desk/cases/")
        page.fill("[data-search-box]", typed)
        page.press("[data-search-box]", "Enter")
        expect(page.locator("tbody")).to_contain_text(case.number)


def test_the_intake_desk_is_worked_without_a_mouse(town: Town) -> None:
    page = town.desk("话务小赵")
    page.goto("/desk/cases/intake/")
    page.keyboard.type(PHONE_NUMBER)  # the form opens with the phone
    page.keyboard.press("Alt+2")
    page.keyboard.type("友谊社区1号院")
    page.keyboard.press("Alt+3")
    page.keyboard.type("小区东门垃圾清运不及时，已经三天")
    suggested = page.locator("#intake-help input[name=kind_pick]").first
    expect(suggested).to_be_checked()
    page.keyboard.press("Alt+4")
    expect(suggested).to_be_focused()
    page.keyboard.press("Alt+1")
    page.keyboard.press("Enter")
    expect(told(page)).to_contain_text("已登记并派单")
    assert state() == "dispatched"
