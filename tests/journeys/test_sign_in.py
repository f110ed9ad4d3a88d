"""Signing in at the browser: the way in, a wrong password, the lock, the way out."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from tests.browsing import shot
from tests.journeys.conftest import Town

from wangge.kernel.access.models import User

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PASSWORD = "Grid-Worker-2026"


@pytest.fixture
def account(town: Town) -> User:
    user = town.world["街道老王"]
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(page: Page, user: User, password: str) -> None:
    page.fill("input[name=username]", user.username)
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")


def test_the_way_in_leads_back_to_where_one_was_going(town: Town, account: User) -> None:
    case = town.world.dispatched()
    page = town.desk()
    page.goto(f"/desk/cases/{case.pk}/")
    expect(page).to_have_url(re.compile("/login/"))
    sign_in(page, account, "not the password")
    expect(page.locator("body")).to_contain_text("密码")
    expect(page.locator("input[name=username]")).to_have_value(account.username)
    sign_in(page, account, PASSWORD)
    expect(page).to_have_url(re.compile(rf"/desk/cases/{case.pk}/"))
    page.click(".wg-user")
    page.click("text=退出登录")
    page.goto(f"/desk/cases/{case.pk}/")
    expect(page).to_have_url(re.compile("/login/"))


def test_after_five_wrong_passwords_even_the_right_one_waits(town: Town, account: User) -> None:
    page = town.desk()
    for _ in range(5):
        page.goto("/login/")
        sign_in(page, account, "not the password")
    expect(page.locator("body")).to_contain_text("账号暂时锁定")
    shot(page, "locked")
    page.goto("/login/")
    sign_in(page, account, PASSWORD)
    expect(page.locator("body")).to_contain_text("账号暂时锁定")
    page.goto("/desk/")
    expect(page).to_have_url(re.compile("/login/"))


def test_a_grid_worker_begins_on_the_phone_and_a_clerk_at_the_desk(town: Town, account: User) -> None:
    worker = town.world["网格员小李"]
    worker.set_password(PASSWORD)
    worker.save()
    for page, user, where in ((town.phone(), worker, "/field/"), (town.desk(), account, "/desk/")):
        page.goto("/login/")
        sign_in(page, user, PASSWORD)
        expect(page).to_have_url(re.compile(where))
