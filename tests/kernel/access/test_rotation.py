"""Changing the keys of personal data."""

from __future__ import annotations

import base64
import os
from typing import Any

import pytest
from django.db import connection
from tests.kernel.access.conftest import MakeUser
from typer.testing import CliRunner

from wangge.kernel.access import cli
from wangge.kernel.access.models import User
from wangge.kernel.access.personal import blind_index, decrypt, encrypt
from wangge.kernel.access.rotation import blind_indexes, reindex, rotate_keys

pytestmark = pytest.mark.django_db


def key(name: str) -> str:
    return f"{name}:{base64.b64encode(os.urandom(32)).decode()}"


def key_ids() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT totp_secret FROM access_user WHERE totp_secret IS NOT NULL ORDER BY id")
        return [bytes(row[0]).partition(b"\0")[0].decode() for row in cursor.fetchall()]


def test_every_row_is_re_encrypted_with_the_first_key_and_reads_the_same(make: MakeUser, settings: Any) -> None:
    old, new = key("old"), key("new")
    settings.PERSONAL_DATA_KEYS = old
    for n in range(5):
        user = make(f"用户{n}")
        user.totp_secret = f"SECRET{n}"
        user.save()
    make("没有密钥的人")
    settings.PERSONAL_DATA_KEYS = f"{new},{old}"
    assert rotate_keys(batch=2)["access.User.totp_secret"] == 5
    assert key_ids() == ["new"] * 5
    settings.PERSONAL_DATA_KEYS = new
    found = User.objects.exclude(totp_secret=None).order_by("pk").values_list("totp_secret", flat=True)
    assert list(found) == [f"SECRET{n}" for n in range(5)]


def test_a_second_run_has_nothing_to_do(make: MakeUser, settings: Any) -> None:
    user = make("用户")
    user.totp_secret = "SECRET"
    user.save()
    settings.PERSONAL_DATA_KEYS = f"{key('new')},{settings.PERSONAL_DATA_KEYS}"
    assert [rotate_keys()["access.User.totp_secret"] for _ in range(2)] == [1, 0]


def test_a_missing_key_is_named(settings: Any) -> None:
    settings.PERSONAL_DATA_KEYS = key("lost")
    stored = encrypt("13800000000")
    settings.PERSONAL_DATA_KEYS = key("other")
    with pytest.raises(LookupError, match="lost"):
        decrypt(stored)


def test_the_same_text_is_encrypted_differently_each_time() -> None:
    assert encrypt("13800000000") != encrypt("13800000000")


def test_a_tampered_value_is_not_read() -> None:
    stored = bytearray(encrypt("13800000000"))
    stored[-1] ^= 1
    with pytest.raises(Exception):  # noqa: B017, PT011 (the library's own)
        decrypt(bytes(stored))


def test_blind_indexes_differ_by_purpose_and_key_and_not_by_spaces(settings: Any) -> None:
    first = blind_index("138 0000 0000", "phone")
    assert first == blind_index("13800000000", "phone")
    assert first != blind_index("13800000000", "identity")
    settings.BLIND_INDEX_KEY = "another"
    assert first != blind_index("13800000000", "phone")


def test_every_blind_index_is_computed_anew(settings: Any) -> None:
    settings.BLIND_INDEX_KEY = "another"
    changed = reindex()
    assert set(changed) == {f"{model._meta.label}.{index.field}" for model, index in blind_indexes()}


def test_the_commands_say_what_they_did(make: MakeUser) -> None:
    result = CliRunner().invoke(cli.app, ["rotate-keys"])
    assert (result.exit_code, "access.User.totp_secret\t0" in result.output) == (0, True)
    assert CliRunner().invoke(cli.app, ["reindex"]).exit_code == 0
