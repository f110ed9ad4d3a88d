"""Files that wait for an import are gone after a day."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from wangge.cases.importing import uploads


def test_a_file_stays_for_a_day(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    now = timezone.now()
    for name, hours in (("old.csv", 25), ("fresh.csv", 23)):
        file = uploads.folder() / name
        file.write_text("x")
        at = (now - timedelta(hours=hours)).timestamp()
        os.utime(file, (at, at))
    assert uploads.forget_old(now=now) == 1
    assert [file.name for file in uploads.folder().iterdir()] == ["fresh.csv"]
