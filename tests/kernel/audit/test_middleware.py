from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from wangge.kernel.access.models import User
from wangge.kernel.audit.context import SYSTEM, current
from wangge.kernel.audit.middleware import RequestContextMiddleware
from wangge.kernel.audit.recording import record


def through(request: HttpRequest, view: Callable[[HttpRequest], Any]) -> tuple[HttpResponse, Any]:
    """The answer, and what ``view`` returned inside."""
    seen: list[Any] = []

    def answer(inner: HttpRequest) -> HttpResponse:
        seen.append(view(inner))
        return HttpResponse()

    return RequestContextMiddleware(answer)(request), seen[0]


def get(**headers: str) -> HttpRequest:
    return RequestFactory().get("/", **headers)


def test_a_sane_request_id_is_kept_and_returned() -> None:
    response, seen = through(get(HTTP_X_REQUEST_ID="gateway-12345"), lambda _: current().request_id)
    assert (seen, response["X-Request-Id"]) == ("gateway-12345", "gateway-12345")


@pytest.mark.parametrize("given", ["", "x" * 41, "a b c d e f g h", "<script>alert(1)</script>", "换行换行换行换行"])
def test_any_other_request_id_is_replaced(given: str) -> None:
    _, seen = through(get(HTTP_X_REQUEST_ID=given), lambda _: current().request_id)
    assert (len(seen), seen == given) == (32, False)


def test_without_a_trusted_proxy_the_forwarded_address_is_not_believed() -> None:
    _, seen = through(get(REMOTE_ADDR="10.0.0.9", HTTP_X_FORWARDED_FOR="1.2.3.4"), lambda _: current().address)
    assert seen == "10.0.0.9"


def test_behind_one_proxy_the_last_forwarded_address_counts(settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    request = get(REMOTE_ADDR="10.0.0.9", HTTP_X_FORWARDED_FOR="6.6.6.6, 1.2.3.4")
    assert through(request, lambda _: current().address)[1] == "1.2.3.4"


def test_an_address_that_is_none_is_left_out() -> None:
    assert through(get(REMOTE_ADDR="unix:"), lambda _: current().address)[1] == ""


def test_a_request_without_a_user_is_not_the_system() -> None:
    request = get()
    request.user = AnonymousUser()
    assert through(request, lambda _: current().actor.kind)[1] == "anonymous"


def test_after_the_request_the_context_is_clean() -> None:
    through(get(), lambda _: None)
    assert (current().actor, current().request_id) == (SYSTEM, "")


@pytest.mark.django_db
def test_the_signed_in_user_is_the_actor_even_when_known_only_later() -> None:
    user = User.objects.create_user("laowang", display_name="街道老王")

    def signs_in(request: HttpRequest) -> tuple[str, str]:
        before = current().actor.kind
        request.user = user
        return before, record("test.thing.do").actor_label

    assert through(get(), signs_in)[1] == ("anonymous", "街道老王")


@pytest.mark.django_db
def test_a_request_that_records_nothing_costs_no_query(django_assert_num_queries: Any) -> None:
    request = get()
    request.user = User.objects.create_user("laowang", display_name="街道老王")
    with django_assert_num_queries(0):
        through(request, lambda _: None)


@pytest.mark.django_db
def test_recording_twice_reads_the_grants_once(django_assert_num_queries: Any) -> None:
    request = get()
    request.user = User.objects.create_user("laowang", display_name="街道老王")
    with django_assert_num_queries(3):  # grants, two entries
        through(request, lambda _: (record("test.thing.do"), record("test.thing.do")))
