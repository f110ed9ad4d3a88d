"""Signed, expiring addresses: for somebody who may see one file without an account (a resident's own photo)."""

from __future__ import annotations

import time
import uuid
from typing import Final

from django.utils.crypto import constant_time_compare, salted_hmac

from wangge.kernel.attachments.models import Attachment

_SALT: Final = "wangge.kernel.attachments"
LONGEST_SECONDS: Final = 7 * 86_400


def signed_url(attachment: Attachment, seconds: int = 600, *, variant: str = "original") -> str:
    """An address that serves this attachment (any variant) to whoever holds it, for ``seconds`` (at most a week)."""
    if not 0 < seconds <= LONGEST_SECONDS:
        raise ValueError("a signed address lives between a second and a week")
    expires = int(time.time()) + seconds
    return f"{attachment.url(variant)}?token={expires}.{_signature(attachment.uuid, expires)}"


def token_holds(token: str, identifier: uuid.UUID) -> bool:
    """Whether ``token`` was made for this attachment and has not expired."""
    expires, _, signature = token.partition(".")
    if not (expires.isascii() and expires.isdigit() and len(expires) <= 12):
        return False
    return constant_time_compare(signature, _signature(identifier, int(expires))) and int(expires) > time.time()


def _signature(identifier: uuid.UUID, expires: int) -> str:
    return salted_hmac(_SALT, f"{identifier}:{expires}", algorithm="sha256").hexdigest()
