"""Personal fields: what each must declare, and how it is kept, searched and shown.

Identity numbers and phones are encrypted at rest (AES-256-GCM, key id in front, so keys rotate),
searched by a keyed blind index (HMAC-SHA-256), masked on screen, and unmasked only with a reason.
Source: PIPL arts. 19, 28, 51; house rule "data protection is part of the schema".
"""

from __future__ import annotations

import base64
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models


@dataclass(frozen=True, slots=True)
class Personal:
    """The declaration of a personal field: why, on what basis, who reads it, how long it is kept."""

    purpose: str
    basis: str
    readers: str
    keep: str


def current_key_id() -> str:
    """The id of the key that encrypts now: the first of ``WANGGE_PERSONAL_DATA_KEYS``."""
    return _keys(settings.PERSONAL_DATA_KEYS)[0][0]


@cache
def _keys(configured: str) -> tuple[tuple[str, AESGCM], ...]:
    keys = []
    for entry in configured.split(","):
        key_id, _, encoded = entry.strip().partition(":")
        keys.append((key_id, AESGCM(base64.b64decode(encoded))))
    return tuple(keys)


def encrypt(text: str) -> bytes:
    """``text`` as key id, 0x00, 12-byte nonce, ciphertext."""
    key_id, key = _keys(settings.PERSONAL_DATA_KEYS)[0]
    nonce = os.urandom(12)
    return key_id.encode() + b"\0" + nonce + key.encrypt(nonce, text.encode(), key_id.encode())


def encrypt_many(texts: Sequence[str]) -> list[bytes | None]:
    """``encrypt`` each of ``texts`` (None where it is empty): the system is asked for random bytes only once."""
    key_id, key = _keys(settings.PERSONAL_DATA_KEYS)[0]
    nonces = os.urandom(12 * len(texts))
    name, made = key_id.encode(), key.encrypt
    start = name + b"\0"
    return [
        start + (nonce := nonces[at : at + 12]) + made(nonce, text.encode(), name) if text else None
        for at, text in zip(range(0, len(nonces), 12), texts, strict=True)
    ]


def decrypt(stored: bytes) -> str:
    """The text again. Raises ``LookupError`` naming the key id when that key is not configured."""
    key_id, _, rest = bytes(stored).partition(b"\0")
    for name, key in _keys(settings.PERSONAL_DATA_KEYS):
        if name.encode() == key_id:
            return key.decrypt(rest[:12], rest[12:], key_id).decode()
    raise LookupError(f"no key {key_id.decode()!r} in WANGGE_PERSONAL_DATA_KEYS")


def blind_index(text: str, purpose: str) -> bytes:
    """16 bytes to search an encrypted value by; ``purpose`` keeps phone and identity number apart."""
    if not text:
        return b""
    normal = "".join(text.split()).upper()
    return hmac.digest(settings.BLIND_INDEX_KEY.encode(), f"{purpose}:{normal}".encode(), "sha256")[:16]


class EncryptedField(models.BinaryField):  # type: ignore[type-arg]
    """Text encrypted at rest; a ``str`` in Python."""

    def from_db_value(self, value: Any, *_: Any) -> str | None:
        return None if value is None else decrypt(value)

    def to_python(self, value: Any) -> Any:
        return decrypt(bytes(value)) if isinstance(value, bytes | memoryview) else value

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        return super().get_db_prep_value(encrypt(value), connection, prepared)

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.value_from_object(obj) or "")


class BlindIndexField(models.BinaryField):  # type: ignore[type-arg]
    """The blind index of ``source``, computed whenever the row is saved; search with ``blind_index(text, purpose)``.

    ``QuerySet.update`` bypasses it, as it bypasses every ``pre_save``.
    """

    def __init__(self, *args: Any, source: str = "", purpose: str = "", **kwargs: Any) -> None:
        self.source, self.purpose = source, purpose
        kwargs.setdefault("max_length", 16)
        kwargs.setdefault("null", True)
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"source": self.source, "purpose": self.purpose}

    def pre_save(self, model_instance: models.Model, add: bool) -> bytes | None:  # noqa: ARG002
        value = blind_index(getattr(model_instance, self.source) or "", self.purpose) or None
        setattr(model_instance, self.attname, value)
        return value


def mask_phone(text: str | None) -> str:
    """138****0000; short numbers keep their last two digits."""
    if not text:
        return ""
    if len(text) >= 7:
        return text[:3] + "*" * (len(text) - 7) + text[-4:]
    return "*" * max(len(text) - 2, 0) + text[-2:]


def mask_identity_number(text: str | None) -> str:
    """150203********1234."""
    return "" if not text else text[:6] + "*" * max(len(text) - 10, 0) + text[-4:]


def mask_name(text: str | None) -> str:
    """张**."""
    return "" if not text else text[0] + "*" * min(len(text) - 1, 2)
