"""A whistle's whole way in browsers: blown from the desk, reported for on the phone, checked, closed, judged."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from tests.browsing import shot
from tests.journeys.conftest import Town
from tests.whistle.conftest import Town as Whistles
from tests.whistle.conftest import town as whistles  # noqa: F401 - the fixture below is built by it

HERE = ("109.805", "40.605")  # where the phones of the journeys are


def press(page: Page, name: str) -> None:
    """Open the step of that name and press its button."""
    step = page.locator("details.case-step", has=page.locator("summary", has_text=name)).first
    if step.get_attribute("open") is None:
        step.locator("summary").click()
    step.locator("button[type=submit]").click()


def test_a_whistle_from_the_street_to_the_spot_and_back(town: Town, whistles: Whistles) -> None:  # noqa: F811
    leader = town.desk("副主任小高")
    leader.goto("/desk/whistle/new/")
    leader.get_by_label("标题").fill("夜市油烟扰民")
    leader.get_by_label("情况").fill("二十余家烧烤摊占道，油烟直排居民楼")
    leader.get_by_label("街道已做的工作").fill("劝离十二次，仍反弹")
    leader.get_by_label("请部门解决什么").fill("请城管局牵头联合执法")
    leader.locator("#id_item_1").fill("房屋安全")
    leader.locator("#id_office_1").fill("区城市管理局")
    leader.locator("#id_tasks_1").fill("现场联合执法\n规范摊点油烟净化")
    leader.locator("#id_path").fill("友谊社区")
    leader.get_by_label("集结地点", exact=True).fill("友谊大街夜市东口")
    leader.locator("#id_lng").fill(HERE[0])
    leader.locator("#id_lat").fill(HERE[1])
    shot(leader, "whistle-1-draft")
    leader.on("dialog", lambda dialog: dialog.accept())
    leader.get_by_role("button", name="立即吹哨").click()
    expect(leader.get_by_text("哨已吹响")).to_be_visible()
    address = leader.url
    shot(leader, "whistle-2-blown")

    command = town.desk("指挥中心小孙")
    command.goto("/desk/whistle/command/")
    expect(command.get_by_text("夜市油烟扰民")).to_be_visible()
    shot(command, "whistle-3-command")

    phone = town.phone("城管小冯")
    phone.goto("/field/whistles/")
    shot(phone, "whistle-4-phone-list")
    phone.get_by_text("夜市油烟扰民").click()
    phone.get_by_role("button", name="签收").click()
    expect(phone.get_by_text("已签收。")).to_be_visible()
    shot(phone, "whistle-5-phone-arrive")
    phone.get_by_text("分管负责人").click()
    phone.get_by_role("button", name="我已到场").click()
    expect(phone.get_by_text("已到场签到。")).to_be_visible()
    phone.locator("summary", has_text="提交方案").click()
    phone.get_by_label("处置方案").fill("今晚联合执法，明天规范摊点")
    phone.get_by_role("button", name="提交方案").click()
    expect(phone.get_by_text("已提交方案。")).to_be_visible()
    phone.locator("summary", has_text="反馈结果").click()
    phone.get_by_label("处置情况").fill("已取缔八家")
    for box in phone.locator("textarea[name^=task_]").all():
        box.fill("已完成")
    shot(phone, "whistle-6-phone-report")
    phone.get_by_role("button", name="反馈结果").click()
    expect(phone.get_by_text("已反馈结果。")).to_be_visible()

    # The board was renewed without anybody reloading it.
    expect(command.locator("#board").get_by_text("待核实").first).to_be_visible(timeout=15_000)
    shot(command, "whistle-7-command-later")

    street = town.desk("街道老王")
    street.goto("/desk/cases/my/")
    shot(street, "whistle-8-my-work")
    street.goto(address)
    shot(street, "whistle-9-check")
    for radio in street.locator("input[name^=pass_][value=yes]").all():
        radio.check()
    press(street, "逐项核实")
    expect(street.get_by_text("已逐项核实。")).to_be_visible()
    street.get_by_label("销哨意见").fill("夜市恢复秩序，同意销哨")
    press(street, "销哨")
    expect(street.get_by_text("已销哨。")).to_be_visible()
    street.locator("summary", has_text="评价该单位").click()
    street.get_by_role("button", name="提交评价").click()
    expect(street.get_by_text("已评价该单位。")).to_be_visible()
    shot(street, "whistle-10-closed")

    department = town.desk("城管小冯")
    department.goto(address)
    department.get_by_label("该吹", exact=True).check()
    department.get_by_role("button", name="提交研判").click()
    expect(department.get_by_text("已提交研判。")).to_be_visible()
    shot(department, "whistle-11-judged")
    street.goto("/desk/whistle/")
    shot(street, "whistle-12-list")


def test_over_to_emergency_and_back(town: Town, whistles: Whistles) -> None:  # noqa: F811
    leader = town.desk("区长")
    leader.goto("/desk/whistle/postures/new/")
    leader.locator("#id_path").fill("少先路街道")
    leader.get_by_label("应急名称").fill("7·20强降雨")
    leader.get_by_label("启动理由").fill("气象台发布暴雨红色预警")
    leader.get_by_label("时限比例（%）").fill("50")
    leader.locator("#id_emergency_arrive_value").fill("15")
    leader.locator("#id_emergency_arrive_unit").select_option("minute")
    shot(leader, "whistle-20-switch")
    leader.get_by_role("button", name="转入应急").click()
    expect(leader.get_by_text("已转入应急状态")).to_be_visible()
    leader.locator("#duty_post").fill("指挥长")
    leader.locator("#duty_office").fill("少先路街道办事处")
    leader.locator("#duty_user").fill("街道老王")
    leader.locator("#duty_from_at").fill("2020-01-01T08:00")
    leader.locator("#duty_to_at").fill("2099-01-01T08:00")
    leader.get_by_role("button", name="排班").click()
    expect(leader.get_by_text("已排班。")).to_be_visible()
    shot(leader, "whistle-21-posture")
    leader.goto("/desk/whistle/command/")
    expect(leader.get_by_text("应急状态：7·20强降雨")).to_be_visible()
    expect(leader.get_by_text("指挥长 街道老王")).to_be_visible()
    leader.get_by_role("link", name="值守表").click()
    leader.get_by_label("转回常态的理由").fill("预警解除")
    leader.on("dialog", lambda dialog: dialog.accept())
    leader.get_by_role("button", name="转回常态").click()
    expect(leader.get_by_text("已转回常态，时限和清单恢复。")).to_be_visible()
    leader.goto("/desk/whistle/postures/")
    shot(leader, "whistle-22-history")
