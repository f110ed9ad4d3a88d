"""Interfaces for systems under what nobody should send: no 5xx, nothing half done, nothing twice."""

from __future__ import annotations

import json
import threading
from typing import Any, Final

import pytest
from django.db import connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from tests.cases.conftest import COMMUNITY, DISTRICT, World

from wangge.cases.models import Case
from wangge.kernel.api.systems import create_system

SCOPES: Final = ("cases:read", "cases:write", "cases:dispatch", "cases:handle", "cases:call_back")
FILED: Final = {"text": "路灯不亮", "kind": "0101", "path": COMMUNITY, "name": "张阿姨", "phone": "13800000001"}
LONG: Final = "路" * (10 * 1024 * 1024 // 3)
BOUNDED: Final = settings(
    max_examples=150,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def token(world: World) -> str:
    return create_system(name="平台", scopes=SCOPES, path=DISTRICT, by=None, rate_per_minute=100_000)[1]


def send(token: str, method: str, url: str, body: str | bytes = b"", **more: Any) -> Any:
    kind = more.pop("content_type", "application/json")
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {token}", **more})
    return client.generic(method, f"/api/v1{url}", body, content_type=kind)


BODIES: Final = {
    "a NUL in the source number": json.dumps(FILED | {"source_number": "N\x00"}),
    "a lone surrogate": json.dumps(FILED | {"text": "路灯\ud800不亮"}),
    "a lone surrogate in the address": json.dumps(FILED | {"address": "\udfff"}),
    "a lone surrogate in the name": json.dumps(FILED | {"name": "\udfff"}),
    "10 MB of text": json.dumps(FILED | {"text": LONG}, ensure_ascii=False).encode(),
    "a whole number of 400 digits": json.dumps(FILED | {"lng": 10**400, "lat": 1}),
    "more than a float holds": b'{"text": "x", "lng": 1e400, "lat": 1e400}',
    "not a number": b'{"text": "x", "lng": NaN, "lat": Infinity}',
    "a number of 10,000 digits": b'{"text": "x", "lng": ' + b"9" * 10_000 + b"}",
    "depth": b"[" * 200_000,
    "depth in a field": b'{"text": ' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"}",
    "a list": b"[]",
    "a word": b'"x"',
    "nothing": b"",
    "half a body": b'{"text": "x',
    "GBK": json.dumps(FILED, ensure_ascii=False).encode("gbk"),
    "a field twice": b'{"text": "a", "text": "b", "text": 1}',
    "a far year": json.dumps(FILED | {"created_at": "9999-12-31T23:59:59Z"}),
    "the first year": json.dumps(FILED | {"created_at": "0001-01-01T00:00:00+14:00"}),
    "a path that is none": json.dumps(FILED | {"path": "١٥٠٢٠٣"}),
    "full-width digits": json.dumps(FILED | {"path": "１５０２０３"}),
    "a kind that is none": json.dumps(FILED | {"kind": "\x00"}),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_strange_body_is_refused_in_words(token: str, name: str) -> None:
    answer = send(token, "POST", "/cases", BODIES[name])
    if name == "a field twice":  # JSON leaves it to the reader: the last one counts, and it is no text
        assert answer.status_code == 422
    assert 400 <= answer.status_code < 500, answer.content
    assert answer.json()["code"]
    assert Case.objects.count() == 0


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(FILED | {"text": "路灯\x00不亮"}),
        json.dumps(FILED | {"name": "张\x00阿姨"}),
        json.dumps(FILED).encode("utf-16"),
    ],
    ids=["a NUL in the text", "a NUL in the name", "UTF-16"],
)
def test_what_can_be_read_is_filed_without_the_dirt(token: str, body: str | bytes) -> None:
    assert send(token, "POST", "/cases", body).status_code == 201
    case = Case.objects.get()
    assert (case.text, case.requester.name) == ("路灯不亮", "张阿姨")


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "text/xml", "application/xml", "multipart/form-data", "a/b; charset=\x7f", "image/png"]
)
def test_another_content_type_is_no_crash(token: str, kind: str) -> None:
    answer = send(token, "POST", "/cases", json.dumps(FILED), content_type=kind)
    assert answer.status_code < 500


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "键", "\x01", "a\tb"])
def test_a_strange_key_is_refused(token: str, key: str) -> None:
    answer = send(token, "POST", "/cases", json.dumps(FILED), **{"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["code"], Case.objects.count()) == (400, "bad_idempotency_key", 0)


NUMBERS: Final = ["%00", "%FF", "%ED%A0%80", "0", "9" * 400, "..", "%2e%2e%2f", "'", "１５０", "a" * 10_000]


@pytest.mark.parametrize("number", NUMBERS, ids=range(len(NUMBERS)))
def test_a_strange_number_is_not_found(token: str, number: str) -> None:
    for method, url, body in (
        ("GET", f"/cases/{number}", ""),
        ("GET", f"/cases/{number}/transitions", ""),
        ("POST", f"/cases/{number}/sign", "{}"),
    ):
        assert send(token, method, url, body).status_code in {400, 404, 414, 422}


QUERIES: Final = ["q=%00", "q=%FF%FE", "q=" + "a" * 3000, "limit=99999999999999999999", "limit=-1", "cursor=%00"]


@pytest.mark.parametrize(
    "query",
    [*QUERIES, "state=%00", "path=%D9%A1", "q=((((", "q='", "q=:*%20%26%20!", "q=%F0%9F%98%80", "limit=1e9", "q=a&q=b"],
)
def test_a_strange_question_is_no_crash(token: str, query: str) -> None:
    assert send(token, "GET", f"/cases?{query}").status_code < 500


def test_every_step_refuses_strange_words(token: str, world: World) -> None:
    case = world.dispatched()
    for step, body in (
        ("sign", {"reason": "\x00"}),
        ("sign", {"seen": 10**30}),
        ("contact", {"note": "\ud800"}),
        ("return", {"reason": "理由\x00"}),
        ("reply", {"text": "\x00"}),
        ("reply", {"text": "\ud800答复"}),
        ("call-back", {"reached": True, "comment": "\x00", "solved": "yes", "satisfaction": "5"}),
        ("dispatch", {"lead_office_id": 2**63 - 1, "reason": "改派"}),
        ("dispatch", {"assist_office_ids": [2**70]}),
    ):
        answer = send(token, "POST", f"/cases/{case.number}/{step}", json.dumps(body))
        assert 400 <= answer.status_code < 500, (step, body, answer.content)
    assert Case.objects.get(pk=case.pk).version == case.version


# -- the same request many times -----------------------------------------------------------------


def at_once(number: int, ask: Any) -> list[Any]:
    """``ask()`` from ``number`` threads at the same moment, each with its own connection."""
    answers: list[Any] = []
    together = threading.Barrier(number)

    def one() -> None:
        try:
            together.wait(20)
            answers.append(ask())
        except Exception as error:
            answers.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db(transaction=True)
def test_one_key_from_many_threads_files_one_case(token: str) -> None:
    answers = at_once(8, lambda: send(token, "POST", "/cases", json.dumps(FILED), **{"Idempotency-Key": "k"}))
    assert {answer.status_code for answer in answers} <= {201, 409}
    numbers = {answer.json()["number"] for answer in answers if answer.status_code == 201}
    assert (len(numbers), Case.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_one_source_number_from_many_threads_files_one_case(token: str) -> None:
    answers = at_once(8, lambda: send(token, "POST", "/cases", json.dumps(FILED | {"source_number": "N1"})))
    assert {answer.status_code for answer in answers} == {201}
    assert (len({answer.json()["number"] for answer in answers}), Case.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_one_step_from_many_threads_is_taken_once(token: str, world: World) -> None:
    case = world.dispatched()
    body = json.dumps({"seen": case.version})
    answers = at_once(6, lambda: send(token, "POST", f"/cases/{case.number}/sign", body).status_code)
    assert sorted(answers) == [200, 409, 409, 409, 409, 409]
    assert Case.objects.get(pk=case.pk).transitions.filter(step="sign").count() == 1


# -- Open311 -------------------------------------------------------------------------------------

ANY_TEXT: Final = st.text(max_size=40) | st.sampled_from(
    ["\x00", "٣", "9" * 400, "-1", "NaN", "inf", "1e400", "1 1", "2026-02-30", "2026-01-01T00:00:00+99:99", "0101", "&"]
)
FIELDS: Final = [
    "service_code",
    "lat",
    "long",
    "address_string",
    "address_id",
    "email",
    "device_id",
    "account_id",
    "first_name",
    "last_name",
    "phone",
    "description",
    "media_url",
    "jurisdiction_id",
    "attribute[x]",
]
ASKED: Final = [
    "service_request_id",
    "service_code",
    "start_date",
    "end_date",
    "status",
    "jurisdiction_id",
    "extensions",
]


def form(names: list[str]) -> st.SearchStrategy[dict[str, str]]:
    return st.dictionaries(st.sampled_from(names), ANY_TEXT, max_size=len(names))


def escaped(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


@pytest.mark.django_db
def test_open311_files_or_refuses_whatever_is_sent(token: str) -> None:
    @seed(20_260_502)
    @BOUNDED
    @given(fmt=st.sampled_from(["json", "xml"]), data=form(FIELDS), right=st.booleans())
    def holds(fmt: str, data: dict[str, str], right: bool) -> None:
        sent = {name: escaped(text) for name, text in data.items()} | {"api_key": token}
        if right:  # deep enough to reach filing
            sent |= {"service_code": "0101", "address_string": "友谊大街1号院"}
            sent.pop("jurisdiction_id", None)
        before = Case.objects.count()
        answer = Client(raise_request_exception=False).post(f"/open311/v2/requests.{fmt}", sent)
        assert answer.status_code in {200, 400, 404}, (sent, answer.content)
        assert Case.objects.count() == before + (answer.status_code == 200)

    holds()


@pytest.mark.django_db
def test_open311_answers_or_refuses_whatever_is_asked(token: str, world: World) -> None:
    world.file(text="控制字符\x0b和<标记>&都要能写进XML")

    @seed(20_260_503)
    @BOUNDED
    @given(fmt=st.sampled_from(["json", "xml"]), data=form(ASKED), word=ANY_TEXT)
    def holds(fmt: str, data: dict[str, str], word: str) -> None:
        sent = {name: escaped(text) for name, text in data.items()} | {"api_key": token}
        client = Client(raise_request_exception=False)
        from urllib.parse import quote

        part = quote(escaped(word), safe="")
        for url in (f"requests.{fmt}", f"requests/{part}.{fmt}", f"tokens/{part}.{fmt}", f"services/{part}.{fmt}"):
            answer = client.get(f"/open311/v2/{url}", sent)
            assert answer.status_code < 500, (url, sent, answer.content)

    holds()


@pytest.mark.parametrize("fmt", ["json", "xml"])
def test_open311_keeps_strange_keys_out(world: World, fmt: str) -> None:
    for key, status in (("", 403), ("\x00", 400), ("wg_", 403), ("x" * 5000, 403), ("钥匙", 403)):
        assert Client().get(f"/open311/v2/requests.{fmt}", {"api_key": key}).status_code == status
