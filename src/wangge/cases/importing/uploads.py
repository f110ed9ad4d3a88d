"""Files uploaded for an import, until it has run: they hold personal data, and none stays longer than a day."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings

NAME: Final = "imports"
KEPT: Final = timedelta(days=1)


def folder() -> Path:
    """Where they wait; made when it is not there."""
    found = Path(settings.MEDIA_ROOT) / NAME
    found.mkdir(parents=True, exist_ok=True)
    return found


def forget_old(*, now: datetime) -> int:
    """Delete what is older than a day; how many files."""
    done = 0
    for old in folder().iterdir():
        if old.stat().st_mtime < (now - KEPT).timestamp():
            old.unlink(missing_ok=True)
            done += 1
    return done
