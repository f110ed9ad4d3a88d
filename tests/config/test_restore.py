"""A backup of one installation becomes another one: fresh directory, fresh server, the same rows under protection."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.utils import timezone

from wangge.cases.models import Case, Requester
from wangge.kernel.audit.recording import record
from wangge.kernel.audit.sealing import head, seal_all

LOOK = """
import json
from django.conf import settings
from wangge.cases import tallies
from wangge.cases.models import Case, Requester
from wangge.config import doctor_data
from wangge.kernel.access.database import see_everything, see_nothing
from wangge.kernel.audit.sealing import head
from wangge.kernel.audit.verifying import verify
see_nothing()
unseen = Requester.objects.count()
see_everything()
print("FOUND", json.dumps({
    "cases": list(Case.objects.values_list("title", flat=True)),
    "phones": [r.phone for r in Requester.objects.all()],
    "unseen": unseen,
    "counts": tallies.check(),
    "head": str(head()),
    "record": [str(f) for f in verify()],
    "protected": [f.well for f in doctor_data.row_security()],
    "file": (settings.MEDIA_ROOT / "photo.jpg").read_text(),
}))
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A short path: the server's socket lies in it."""
    folder = Path(tempfile.mkdtemp(prefix="wg-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def wangge(var: Path, *arguments: str, **given: str) -> str:
    """The command in an installation of its own, with ``given`` in its environment."""
    outside = ("DATABASE_URL", "WANGGE_ENV", "WANGGE_SYSTEM_PROCESS", "WANGGE_TEST_TAG", "DJANGO_SETTINGS_MODULE")
    environment = {name: value for name, value in os.environ.items() if name not in outside}
    done = subprocess.run(
        [sys.executable, "-m", "wangge.config.cli", *arguments],
        env=environment | {"WANGGE_VAR": str(var), "WANGGE_LOG_LEVEL": "ERROR"} | given,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def fill() -> str:
    """A case, who asked, what was recorded and sealed, in the database of the tests; the head of the record."""
    case = Case.objects.create(
        number="1",
        channel="hotline",
        demand_type="complaint",
        title="供暖不热",
        text="供暖不热",
        path="150203001",
        state="received",
        created_at=timezone.now(),
    )
    Requester.objects.create(case=case, name="张阿姨", phone="13800000001")
    record("cases.case.file", case)
    seal_all()
    return str(head())


def address() -> str:
    """The database of the tests, as a command is told it."""
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


def after(word: str, printed: str) -> str:
    return next(line.removeprefix(word).strip() for line in printed.splitlines() if line.startswith(word))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_backup_becomes_a_new_installation(home: Path, settings: Any) -> None:
    old, new = home / "a", home / "b"
    settings.VAR_DIR = old
    sealed = fill()
    (old / "media").mkdir(parents=True)
    (old / "media" / "photo.jpg").write_text("photo")
    folder = wangge(old, "backup", str(home / "backups"), DATABASE_URL=address()).strip().splitlines()[-1]
    wangge(new, "restore", "--yes", folder)
    found = json.loads(after("FOUND", wangge(new, "django", "shell", "--no-imports", "-c", LOOK)))
    assert found == {
        "cases": ["供暖不热"],
        "phones": ["13800000001"],
        "unseen": 0,
        "counts": {},
        "head": sealed,
        "record": [],
        "protected": [True],
        "file": "photo",
    }
