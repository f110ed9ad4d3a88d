"""Secrets: strong ones are made, weak ones are named."""

from __future__ import annotations

import base64

import pytest

from wangge.config.keys import environment_lines, weakness_of_keys, weakness_of_secret

# Fixed, so that every worker collects the same tests.
KEY = base64.b64encode(bytes(range(32))).decode()


def test_fresh_secrets_are_strong() -> None:
    made = dict(line.split("=", 1) for line in environment_lines().splitlines())
    assert sorted(made) == [
        "WANGGE_BLIND_INDEX_KEY",
        "WANGGE_METRICS_TOKEN",
        "WANGGE_PERSONAL_DATA_KEYS",
        "WANGGE_SECRET_KEY",
    ]
    assert weakness_of_secret(made["WANGGE_SECRET_KEY"], "dev") == ""
    assert weakness_of_keys(made["WANGGE_PERSONAL_DATA_KEYS"], "dev") == ""
    assert weakness_of_keys("k:" + made["WANGGE_BLIND_INDEX_KEY"], "dev") == ""


def test_two_sets_share_nothing() -> None:
    assert not set(environment_lines().splitlines()) & set(environment_lines().splitlines())


@pytest.mark.parametrize(
    ("secret", "why"),
    [
        ("dev", "it is the development default"),
        ("short", "it has 5 characters; at least 50 are needed"),
        ("ab" * 40, "it has too few different characters"),
    ],
)
def test_weak_secret(secret: str, why: str) -> None:
    assert weakness_of_secret(secret, "dev") == why


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ("dev:AAAA", "key 'dev' has 3 bytes instead of 32"),
        ("k1:not base64!", "key 'k1' is not base64"),
        (KEY, "every key needs a name"),
        (f"k1:{KEY},k1:{KEY}", "every key needs a name of its own (name:base64)"),
    ],
)
def test_weak_keys(keys: str, why: str) -> None:
    found = weakness_of_keys(keys, "x")
    assert found == why or (why == "every key needs a name" and found != "")
