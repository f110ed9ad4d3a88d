"""The chrome: every page of the surfaces shows, errors say what to do, the menu follows permissions."""

from __future__ import annotations

import re

import pytest
from django.template import Context, Template
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from wangge.kernel.access.models import Grant, User
from wangge.kernel.attachments.models import Attachment

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker() -> User:
    return User.objects.create_user("xiaoli", "a long enough password", display_name="网格员小李")


@pytest.fixture
def desk(client: Client, worker: User) -> Client:
    client.force_login(worker)
    return client


@pytest.mark.parametrize(
    "path",
    [
        "/desk/",
        "/field/me/",
        "/r/",
        "/search/?q=1",
        "/design/",
        "/design/field/",
        "/design/resident/",
        "/design/print/",
    ],
)
def test_a_page_of_the_chrome_shows(desk: Client, path: str) -> None:
    assert desk.get(path).status_code == 200


@pytest.mark.parametrize("code", [400, 403, 404, 409, 500])
def test_an_error_page_says_what_to_do(desk: Client, code: int) -> None:
    response = desk.get(f"/design/error/{code}/")
    assert response.status_code == code
    assert "您可以" in response.content.decode()


def test_a_stranger_lands_on_the_residents_page(client: Client) -> None:
    assert client.get("/")["Location"] == "/r/"


def test_staff_land_on_the_desk(desk: Client) -> None:
    assert desk.get("/")["Location"] == "/desk/"


def test_a_grid_worker_lands_on_the_phone_page(desk: Client, worker: User) -> None:
    Grant.objects.create(user=worker, role="grid_worker", path="150203", valid_from=timezone.localdate())
    assert desk.get("/")["Location"] == "/field/"


def test_the_search_box_leads_to_the_list_that_searches(desk: Client, worker: User) -> None:
    Grant.objects.create(user=worker, role="grid_worker", path="150203", valid_from=timezone.localdate())
    response = desk.get("/search/", {"q": " 垃圾 "})
    try:
        wanted = f"{reverse('case_list')}?q=%E5%9E%83%E5%9C%BE"
    except NoReverseMatch:
        pytest.skip("no list of cases yet")
    assert response["Location"] == wanted


def test_a_stranger_is_sent_to_the_login_from_the_desk(client: Client) -> None:
    assert client.get("/desk/")["Location"] == "/login/?next=/desk/"


def test_a_file_is_offered_with_its_size_and_that_it_is_signed() -> None:
    files = [
        Attachment(name="合同.pdf", content_type="application/pdf", size=2048, signed=True),
        Attachment(name="回执.pdf", content_type="application/pdf", size=1024),
        Attachment(name="现场.jpg", content_type="image/jpeg", size=1024),
    ]
    shown = Template("{% load wangge_ui %}{% file_list files %}").render(Context({"files": files}))
    said = re.findall(r"<small>(.*?)</small>", shown)
    assert said == ["2.0\xa0KB · 有电子签名，作者等文档属性按原样保留", "1.0\xa0KB"]
    assert re.findall(r'alt="(.*?)"', shown) == ["现场.jpg"]


def test_to_whom_the_phone_offers_nothing_that_is_said(desk: Client, worker: User) -> None:
    said = "您在手机端没有要办的事"
    assert desk.get("/field/")["Location"] == "/field/me/"
    assert said in desk.get("/field/me/").content.decode()
    Grant.objects.create(user=worker, role="grid_worker", path="150203", valid_from=timezone.localdate())
    assert said not in desk.get("/field/me/").content.decode()
