"""Serving: those who see the owner, or hold a signed address, and nobody else."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from django.urls.base import reverse
from tests.kernel.attachments import samples

from wangge.kernel.access.models import User
from wangge.kernel.access.routes import access_of, signed_in
from wangge.kernel.attachments.actions import remove, store
from wangge.kernel.attachments.models import Attachment
from wangge.kernel.attachments.signing import signed_url, token_holds
from wangge.kernel.attachments.storage import path_of
from wangge.kernel.attachments.web.views import serve
from wangge.kernel.audit.models import AuditEntry

Attach = Callable[..., Attachment]


@signed_in
def upload(request: HttpRequest) -> HttpResponse:
    attachment = store(request.FILES["file"], owner=request.user, purpose="evidence", by=request.user)  # type: ignore[arg-type]
    return HttpResponse(attachment.url())


urlpatterns = [path("upload/", upload), path("", include("wangge.kernel.attachments.web.urls"))]
pytestmark = [pytest.mark.urls(__name__), pytest.mark.usefixtures("served")]


@pytest.fixture
def browser(client: Client, xiaoli: User) -> Client:
    client.force_login(xiaoli)
    return client


def body(response: Any) -> bytes:
    return response.getvalue() if response.streaming else response.content


def reads() -> list[tuple[str, str]]:
    return list(AuditEntry.objects.filter(action="attachments.attachment.read").values_list("actor_label", "object_id"))


def test_a_real_upload_comes_back_as_a_picture_without_exif(browser: Client) -> None:
    with_exif = samples.photo()
    response = browser.post("/upload/", {"file": io.BytesIO(with_exif)})
    served = browser.get(response.content.decode())
    assert served.status_code == 200
    assert b"SERIAL-0042" not in body(served)
    assert served["Content-Type"] == "image/jpeg"


def test_the_headers_leave_the_browser_no_choice(browser: Client, attach: Attach) -> None:
    photo, paper = browser.get(attach().url()), browser.get(attach(samples.pdf(), "通知.pdf").url())
    for response in (photo, paper):
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cache-Control"] == "private, max-age=300"
        assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert photo["Content-Disposition"] == "inline; filename*=utf-8''%E7%8E%B0%E5%9C%BA.jpg"
    assert paper["Content-Disposition"] == "attachment; filename*=utf-8''%E9%80%9A%E7%9F%A5.pdf"
    assert paper["Content-Type"] == "application/pdf"


def test_variants_are_served_and_small_pictures_serve_themselves(browser: Client, attach: Attach) -> None:
    attachment = attach(samples.photo(2000, 1500))
    small = attach(samples.picture())
    for variant in ("original", "screen", "thumb"):
        assert body(browser.get(attachment.url(variant))) == path_of(attachment.sha256, variant).read_bytes()
    assert body(browser.get(small.screen_url)) == path_of(small.sha256).read_bytes()


@pytest.mark.parametrize("variant", ["big", "original.thumb", "thumb"])
def test_unknown_variants_are_not_found(browser: Client, attach: Attach, variant: str) -> None:
    attachment = attach(samples.pdf(), "通知.pdf")
    assert browser.get(f"/files/{attachment.uuid}/{variant}/").status_code == 404


def test_somebody_else_finds_nothing(client: Client, attach: Attach, stranger: User) -> None:
    attachment = attach(purpose="identity")
    client.force_login(stranger)
    for variant in ("original", "screen", "thumb"):
        assert client.get(attachment.url(variant)).status_code == 404
    assert reads() == []


def test_missing_foreign_and_removed_look_alike(client: Client, browser: Client, attach: Attach) -> None:
    removed = attach()
    remove(attachment=removed, reason="传错了")
    missing = reverse("attachment", args=[uuid.uuid4(), "original"])
    assert [browser.get(url).status_code for url in (removed.url(), missing)] == [404, 404]


def test_an_unregistered_owner_is_served_to_nobody(browser: Client, attach: Attach, monkeypatch: Any) -> None:
    monkeypatch.setattr("wangge.kernel.attachments.registry._served", {})
    assert browser.get(attach().url()).status_code == 404


def test_anonymous_visitors_are_sent_to_the_login(client: Client, attach: Attach) -> None:
    real, unreal = attach().url(), reverse("attachment", args=[uuid.uuid4(), "original"])
    for url in (real, unreal):
        response = client.get(url)
        assert (response.status_code, response["Location"]) == (302, f"/login/?next={url}")


def test_a_signed_address_serves_one_file_to_whoever_holds_it(client: Client, attach: Attach) -> None:
    attachment, other = attach(), attach(samples.picture(10, 10))
    url = signed_url(attachment, 60)
    token = url.partition("?")[2]
    assert client.get(url).status_code == 200
    assert client.get(f"{attachment.thumb_url}?{token}").status_code == 200
    assert client.get(f"{other.url()}?{token}").status_code == 302


def test_an_expired_or_forged_token_opens_nothing(client: Client, attach: Attach, monkeypatch: Any) -> None:
    attachment = attach()
    token = signed_url(attachment, 60).partition("token=")[2]
    expires, signature = token.split(".")
    for forged in (
        f"{int(expires) + 9999}.{signature}",
        f"{expires}.",
        f".{signature}",
        "x",
        "٣.x",
        f"{expires}.{'0' * 64}",
    ):
        assert token_holds(forged, attachment.uuid) is False
        assert client.get(attachment.url(), {"token": forged}).status_code == 302
    monkeypatch.setattr("time.time", lambda: int(expires) + 1)
    assert token_holds(token, attachment.uuid) is False


@pytest.mark.parametrize("seconds", [0, -1, 8 * 86_400])
def test_signed_addresses_live_a_week_at_most(attach: Attach, seconds: int) -> None:
    with pytest.raises(ValueError, match="week"):
        signed_url(attach(), seconds)


def test_fetching_a_personal_file_is_recorded_and_not_cached(browser: Client, attach: Attach) -> None:
    identity, photo = attach(purpose="identity"), attach()
    response = browser.get(identity.url())
    browser.get(identity.thumb_url)
    browser.get(photo.url())
    assert response["Cache-Control"] == "private, no-store"
    assert [object_id for _, object_id in reads()] == [str(identity.pk)]


def test_the_reader_behind_a_signed_address_is_recorded_as_a_resident(client: Client, attach: Attach) -> None:
    identity = attach(purpose="identity")
    client.get(signed_url(identity))
    assert reads() == [("持签名链接者", str(identity.pk))]


def test_an_unchanged_file_is_not_sent_again(browser: Client, attach: Attach) -> None:
    attachment = attach()
    etag = browser.get(attachment.url())["ETag"]
    assert browser.get(attachment.url(), headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize(
    ("asked", "status", "expected"),
    [
        ("bytes=0-9", 206, slice(0, 10)),
        ("bytes=100-", 206, slice(100, None)),
        ("bytes=-5", 206, slice(-5, None)),
        ("bytes=999999-", 416, slice(0, 0)),
        ("bytes=0-1,5-9", 200, slice(0, None)),
        ("rubbish", 200, slice(0, None)),
    ],
)
def test_phones_fetch_video_in_ranges(
    browser: Client, attach: Attach, asked: str, status: int, expected: slice
) -> None:
    attachment = attach(samples.mp4(), "现场.mp4")
    whole = path_of(attachment.sha256).read_bytes()
    response = browser.get(attachment.url(), headers={"Range": asked})
    assert response.status_code == status
    assert body(response) == whole[expected]


def test_only_reading_is_possible(browser: Client, attach: Attach) -> None:
    url = attach().url()
    assert [browser.post(url).status_code, browser.delete(url).status_code, browser.head(url).status_code] == [
        405,
        405,
        200,
    ]


def test_a_lost_file_is_not_found(browser: Client, attach: Attach) -> None:
    attachment = attach()
    path_of(attachment.sha256).unlink()
    assert browser.get(attachment.url()).status_code == 404


def test_the_route_declares_its_access() -> None:
    declared = access_of(serve)
    assert declared is not None
    assert declared.kind == "public"
