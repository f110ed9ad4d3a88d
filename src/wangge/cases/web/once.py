"""A form sent twice is one matter: it is filed under a number made of the form's token and of the words in it.

The number tells nobody the token. A page that comes back from the browser's memory bears the old token: with
other words in it, it is another matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from wangge.cases.models import Case

SAID: Final = ("text", "address", "phone", "name")
SHORTEST: Final = 32


def number_of(data: Mapping[str, Any]) -> str | None:
    """The number for what was sent; None without a token."""
    given = str(data.get("token", ""))[:40]
    if len(given) < SHORTEST:
        return None
    said = [" ".join(str(data.get(name, "")).split()) for name in SAID]
    return sha256("\n".join([given, *said]).encode("utf-8", "replace")).hexdigest()[:40]


def filed(source: str, data: Mapping[str, Any]) -> Case | None:
    """The matter this very form has made already: a double press, or a reply lost on the way."""
    number = number_of(data)
    return Case.objects.filter(source_system=source, source_number=number).first() if number else None
