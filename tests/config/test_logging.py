"""One line per request, and nothing personal in it."""

from __future__ import annotations

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test import Client

from wangge.config.logging import configuration


@contextmanager
def caught_as(*, json: bool) -> Iterator[io.StringIO]:
    caught = io.StringIO()
    wanted = configuration(json=json, level="INFO")
    wanted["handlers"]["console"]["stream"] = caught
    logging.config.dictConfig(wanted)
    yield caught
    logging.config.dictConfig(settings.LOGGING)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """The JSON log of production, caught."""
    with caught_as(json=True) as caught:
        yield caught


def read(caught: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in caught.getvalue().splitlines()]


@pytest.mark.django_db
def test_a_request_is_one_line(client: Client, lines: io.StringIO) -> None:
    answer = client.get("/nowhere/?phone=13800000000", headers={"X-Request-Id": "request-1234"})
    (line,) = read(lines)
    assert {k: line[k] for k in ("event", "method", "route", "status", "request_id", "actor", "level")} == {
        "event": "request",
        "method": "GET",
        "route": "(none)",
        "status": answer.status_code,
        "request_id": "request-1234",
        "actor": None,
        "level": "info",
    }
    assert isinstance(line["ms"], float)


@pytest.mark.django_db
def test_query_and_body_stay_out(client: Client, lines: io.StringIO) -> None:
    client.post("/nowhere/?phone=13800000000", {"name": "张阿姨", "phone": "13800000001"})
    assert [word for word in ("13800000000", "13800000001", "张阿姨") if word in lines.getvalue()] == []


@pytest.mark.django_db
def test_a_refusal_of_django_keeps_the_path_to_itself(lines: io.StringIO) -> None:
    Client(enforce_csrf_checks=True).post("/login/code/?phone=13800000000", {})
    assert [line["event"] for line in read(lines)] == ["Forbidden (CSRF cookie not set.)", "request"]
    logging.getLogger("django.request").error("%s: %s", "Internal Server Error", "/desk/cases/77/")
    assert "/desk/cases/77/" not in lines.getvalue()


def test_probes_are_quiet(client: Client, lines: io.StringIO) -> None:
    client.get("/healthz")
    assert lines.getvalue() == ""


def test_a_library_logs_in_the_same_form(lines: io.StringIO) -> None:
    logging.getLogger("somebody").warning("disk is %s", "full")
    (line,) = read(lines)
    assert (line["event"], line["logger"], line["level"]) == ("disk is full", "somebody", "warning")


def test_an_exception_is_structured(lines: io.StringIO) -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        logging.getLogger("somebody").exception("failed")
    (line,) = read(lines)
    assert line["exception"][0]["exc_type"] == "ValueError"  # type: ignore[index]


@pytest.mark.parametrize("form", ["production", "development"])
def test_a_traceback_tells_no_values(form: str) -> None:
    def called(phone: str) -> None:
        raise ValueError("broken")

    with caught_as(json=form == "production") as caught:
        try:
            called("138" + "0" * 8)
        except ValueError:
            logging.getLogger("somebody").exception("failed")
    assert "ValueError" in caught.getvalue()
    assert "13800000000" not in caught.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["production", "development"])
def test_an_error_of_the_database_does_not_quote_the_row(form: str) -> None:
    typed = "甲小区\n\n乙单元漏水"
    with caught_as(json=form == "production") as caught:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("CREATE TEMPORARY TABLE told (words text, wanted text NOT NULL) ON COMMIT DROP")
                cursor.execute("INSERT INTO told (words) VALUES (%s)", [typed])
        except IntegrityError:
            logging.getLogger("somebody").exception("failed")
    assert "violates not-null constraint" in caught.getvalue()
    assert [word for word in ("甲小区", "乙单元", "DETAIL") if word in caught.getvalue()] == []
    assert ("The above exception" in caught.getvalue()) == (form == "development")


def test_neither_do_several_errors_at_once(lines: io.StringIO) -> None:
    refused = IntegrityError("duplicate key\nDETAIL:  Key (phone)=(13800000000) already exists.")
    try:
        raise ExceptionGroup("two", [refused, ValueError("second")])
    except ExceptionGroup:
        logging.getLogger("somebody").exception("failed")
    (line,) = read(lines)
    (group,) = line["exception"]  # type: ignore[misc]
    assert [one["exc_value"] for (one,) in group["exceptions"]] == ["duplicate key", "second"]
