"""Heads of the chain kept outside the database: a tail that was cut off or rewritten shows against them.

One line per head in ``var/audit-anchors.log``: instant, position, digest. Whoever can write both the database and this
file can still lie; copying the file to another system daily (docs/deployment.md) takes that away.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from wangge.kernel.audit.sealing import Head, head


def file() -> Path:
    """Where the heads are kept."""
    return Path(settings.VAR_DIR) / "audit-anchors.log"


def parse(text: str) -> Head:
    """A head as ``str(head)`` prints it. Raises ``ValueError``."""
    position, _, digest = text.strip().partition(":")
    found = Head(int(position), bytes.fromhex(digest))
    if len(found.digest) != 32 or found.position < 0:
        raise ValueError("a head is position:64 hexadecimal digits")
    return found


def kept() -> list[Head]:
    """Every head kept, oldest first; a line that cannot be read (a full disk) is passed over."""
    if not file().exists():
        return []
    found = []
    for line in file().read_text(encoding="utf-8").splitlines():
        try:
            found.append(parse(line.rpartition(" ")[2]))
        except ValueError:
            continue
    return found


def keep(found: Head, *, now: datetime | None = None) -> None:
    """Add a head, on disk when this returns; one that is the last already is not repeated."""
    if found.position == 0 or kept()[-1:] == [found]:
        return
    file().parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as lines:
        lines.write(f"{timezone.localtime(now).isoformat(timespec='seconds')} {found}\n")
        lines.flush()
        os.fsync(lines.fileno())


__all__ = ["Head", "file", "head", "keep", "kept", "parse"]
