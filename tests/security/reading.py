"""What an answer says, wherever it says it; and what stays the same from one day to the next."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any, Final
from urllib.parse import unquote

from tests.security.district import SECRETS

# What differs between two answers about the same things: tokens, and times that pass.
_PASSING: Final = re.compile(
    r'(name="csrfmiddlewaretoken" value="[^"]*"|"?csrf[-_]?token"?[:=] ?"[^"]*"|"csrf": "[^"]*"|"X-CSRFToken": ?"[^"]*"'
    r'|name="(token|uuid)" [^>]*value="[^"]*"|value="[0-9a-f-]{36}"|"request_id": "\w*"|\d+ ?(秒|分钟|小时|天)'
    r"|\d{1,2}:\d\d(:\d\d)?(\.\d+)?|_20\d{6}_\d{4}|[?&]token=[^\"&]*|<dcterms.*?</dcterms:\w+>|刚刚)",
    re.DOTALL,
)
PASSING_HEADERS: Final = {
    "X-Request-Id",
    "Expires",
    "ETag",
    "Last-Modified",
    "Set-Cookie",
    "Content-Length",
}


def body(response: Any) -> bytes:
    """The bytes of an answer, streamed or not."""
    if getattr(response, "streaming", False):
        return b"".join(response.streaming_content)
    return bytes(response.content)


def said(response: Any) -> str:
    """Everything an answer says: headers and body; of a workbook or another archive every member."""
    content = body(response)
    parts = [f"{name}: {unquote(value)}" for name, value in response.items() if name not in PASSING_HEADERS]
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts += [archive.read(name).decode("utf-8", "replace") for name in sorted(archive.namelist())]
        return "\n".join(parts)
    text = content.decode("utf-8", "replace")
    # As JSON escapes it, and as HTML does.
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text)
    return "\n".join([*parts, re.sub(r"&#x([0-9a-fA-F]+);", lambda m: chr(int(m[1], 16)), text)])


def glimpsed(text: str, sent: str = "", allowed: frozenset[str] = frozenset()) -> list[str]:
    """The names of the secrets in ``text`` that the asker did not send."""
    return [name for name, words in SECRETS.items() if words in text and words not in sent and name not in allowed]


def lasting(text: str) -> str:
    """``text`` without tokens and without times that pass."""
    return _PASSING.sub("~", text)
