"""Errors of a process answer in words, with the status that fits."""

from __future__ import annotations

from urllib.parse import unquote

from django.http import HttpResponse
from django.test import RequestFactory

from wangge.kernel.flow.engine import Conflict, NotPermitted, Refused
from wangge.sites.middleware import DomainErrorMiddleware

answer = DomainErrorMiddleware(lambda _: HttpResponse())


def test_a_conflict_is_409_with_its_words(rf: RequestFactory) -> None:
    response = answer.process_exception(rf.post("/"), Conflict("街道老王刚刚签收了"))
    assert response is not None
    assert (response.status_code, "街道老王刚刚签收了" in response.content.decode()) == (409, True)
    assert unquote(response["X-Wangge-Message"]) == "街道老王刚刚签收了"


def test_a_refused_step_leads_back_to_the_page(rf: RequestFactory) -> None:
    request = rf.post("/", headers={"Referer": "http://testserver/desk/cases/7/"})
    response = answer.process_exception(request, Refused("还有协办未答复"))
    assert response is not None
    assert 'href="http://testserver/desk/cases/7/"' in response.content.decode()


def test_a_foreign_referer_is_not_linked(rf: RequestFactory) -> None:
    request = rf.post("/", headers={"Referer": "https://evil.example/"})
    response = answer.process_exception(request, Refused("不行"))
    assert response is not None
    assert "evil.example" not in response.content.decode()


def test_a_step_not_permitted_is_403(rf: RequestFactory) -> None:
    response = answer.process_exception(rf.post("/"), NotPermitted("不是您的事项"))
    assert response is not None
    assert response.status_code == 403


def test_other_errors_are_left_alone(rf: RequestFactory) -> None:
    assert answer.process_exception(rf.get("/"), ValueError("x")) is None
