"""Secrets: making strong ones and judging those in force."""

from __future__ import annotations

import base64
import binascii
import secrets

MINIMUM_SECRET = 50
KEY_BYTES = 32


def fresh_key() -> str:
    """32 random bytes, base64."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def environment_lines() -> str:
    """A complete set of fresh secrets as ``NAME=value`` lines."""
    return "\n".join(
        (
            f"WANGGE_SECRET_KEY={secrets.token_urlsafe(60)}",
            f"WANGGE_PERSONAL_DATA_KEYS=k1:{fresh_key()}",
            f"WANGGE_BLIND_INDEX_KEY={fresh_key()}",
            f"WANGGE_METRICS_TOKEN={secrets.token_urlsafe(24)}",
        )
    )


def weakness_of_secret(value: str, development: str) -> str:
    """Why ``value`` will not do as a secret; empty when it will."""
    if value == development:
        return "it is the development default"
    if len(value) < MINIMUM_SECRET:
        return f"it has {len(value)} characters; at least {MINIMUM_SECRET} are needed"
    if len(set(value)) < 12:
        return "it has too few different characters"
    return ""


def weakness_of_keys(configured: str, development: str) -> str:
    """Why ``id:base64,…`` will not do as keys for personal data; empty when they will."""
    if configured == development:
        return "they are the development default"
    names = []
    for entry in configured.split(","):
        name, _, encoded = entry.strip().partition(":")
        names.append(name)
        try:
            length = len(base64.b64decode(encoded, validate=True))
        except binascii.Error:
            return f"key {name!r} is not base64"
        if length != KEY_BYTES:
            return f"key {name!r} has {length} bytes instead of {KEY_BYTES}"
    if len(set(names)) != len(names) or "" in names:
        return "every key needs a name of its own (name:base64)"
    return ""
