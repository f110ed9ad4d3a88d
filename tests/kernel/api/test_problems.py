"""Error answers."""

from __future__ import annotations

import pytest
from tests.kernel.api.conftest import Call

from wangge.kernel.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_an_error_is_a_problem_with_the_requests_id(call: Call) -> None:
    answer = call("GET", "/api/errors/gone", headers={"X-Request-Id": "abcdefgh-1"})
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": "没有找到",
        "status": 404,
        "code": "not_found",
        "detail": "没有找到",
        "instance": "/api/errors/gone",
        "request_id": answer["X-Request-Id"],
    }


@pytest.mark.parametrize(
    ("name", "status", "code", "detail"),
    [
        ("conflict", 409, "conflict", "老王已签收。"),
        ("not-permitted", 403, "forbidden", "您不能派单。"),
        ("refused", 422, "refused", "还没有联系诉求人。"),
    ],
)
def test_errors_of_a_flow_are_said_as_they_are(call: Call, name: str, status: int, code: str, detail: str) -> None:
    answer = call("GET", f"/api/errors/{name}").json()
    assert (answer["status"], answer["code"], answer["detail"]) == (status, code, detail)


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, [("name", "missing", "必填")]),
        ({"name": ""}, [("name", "string_too_short", "至少1个字")]),
        ({"name": "井" * 11}, [("name", "string_too_long", "不超过10个字")]),
        ({"name": "井盖", "weight": -1}, [("weight", "greater_than_equal", "不能小于0")]),
        ({"name": "井盖", "weight": "重"}, [("weight", "int_parsing", "须为整数")]),
        ({"name": "井盖", "place": {}}, [("place.path", "missing", "必填")]),
    ],
)
def test_a_field_that_does_not_fit_is_named(
    call: Call, body: dict[str, object], errors: list[tuple[str, str, str]]
) -> None:
    answer = call("POST", "/api/things", body)
    assert answer.status_code == 422
    assert [(e["field"], e["code"], e["message"]) for e in answer.json()["errors"]] == errors
    assert AuditEntry.objects.filter(action="thing.create").count() == 0


@pytest.mark.parametrize("body", ["{", "[]", '"text"', "null", b"\xff\xfe", b"\x81\x30", ""])
def test_a_body_that_cannot_be_read_is_refused(call: Call, body: str | bytes) -> None:
    answer = call("POST", "/api/things", body)
    assert answer.status_code in {400, 422}
    assert answer["Content-Type"] == "application/problem+json"


def test_an_unforeseen_error_tells_nothing_of_the_inside(call: Call) -> None:
    answer = call("POST", "/api/things", {"name": "炸"})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "secret" not in answer.content.decode()
    assert answer.json()["request_id"] in answer.json()["detail"]


@pytest.mark.parametrize("text", ["%00", "a%00b"])
def test_a_nul_character_is_refused_and_breaks_nothing(call: Call, text: str) -> None:
    answer = call("GET", f"/api/echo/{text}")
    assert (answer.status_code, answer.json()["code"]) == (422, "nul_character")


def test_a_lone_surrogate_is_refused_and_breaks_nothing(call: Call) -> None:
    answer = call("POST", "/api/things", '{"name": "\\ud800"}')
    assert answer.status_code == 422
