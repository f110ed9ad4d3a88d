"""A backup restores to the same rows and files; a failing one leaves a note and no finished folder."""

from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from wangge.config import backup as backups
from wangge.kernel.access.models import User

pytestmark = pytest.mark.django_db(transaction=True)


def test_restore_brings_rows_and_files_back(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    (settings.MEDIA_ROOT / "ab").mkdir(parents=True)
    (settings.MEDIA_ROOT / "ab" / "photo.jpg").write_bytes(b"photo")
    User.objects.create_user("laowang", "correct horse battery", display_name="街道老王")

    folder = backups.backup(tmp_path / "backups")

    User.objects.filter(username="laowang").update(display_name="改错了")
    User.objects.create_user("later", "correct horse battery", display_name="后来者")
    (settings.MEDIA_ROOT / "ab" / "photo.jpg").unlink()
    backups.restore(folder)

    assert list(User.objects.values_list("username", "display_name")) == [("laowang", "街道老王")]
    assert (settings.MEDIA_ROOT / "ab" / "photo.jpg").read_bytes() == b"photo"
    note = json.loads((folder / backups.NOTE).read_text())
    assert (note["media"], note["version"]) == (True, "0.1.0")


def test_only_the_owner_may_look_into_a_backup(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "none"
    folder = backups.backup(tmp_path / "backups")
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_broken_dump_changes_nothing(tmp_path: Path) -> None:
    User.objects.create_user("laowang", "correct horse battery", display_name="街道老王")
    (tmp_path / backups.DUMP).write_bytes(b"PGDMP broken")
    with pytest.raises(backups.BackupError):
        backups.restore(tmp_path)
    assert User.objects.get().display_name == "街道老王"


def test_a_folder_without_a_dump_is_named(tmp_path: Path) -> None:
    with pytest.raises(backups.BackupError, match=r"holds no database\.dump"):
        backups.restore(tmp_path)


def test_a_dump_that_ends_in_the_middle_changes_nothing(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "none"
    User.objects.create_user("laowang", "correct horse battery", display_name="街道老王")
    folder = backups.backup(tmp_path / "backups")
    whole = (folder / backups.DUMP).read_bytes()
    (folder / backups.DUMP).write_bytes(whole[: len(whole) * 9 // 10])
    User.objects.filter(username="laowang").update(display_name="王主任")
    with pytest.raises(backups.BackupError, match="The database is as it was"):
        backups.restore(folder)
    assert User.objects.get().display_name == "王主任"


def test_a_statement_the_server_refuses_changes_nothing(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT = tmp_path / "none"
    User.objects.create_user("laowang", "correct horse battery", display_name="街道老王")
    folder = backups.backup(tmp_path / "backups")
    User.objects.filter(username="laowang").update(display_name="王主任")
    copy = backups.copy_script
    monkeypatch.setattr(backups, "copy_script", lambda s, t: (copy(s, t), t.write(b"SELECT nothing;\n")))
    with pytest.raises(backups.BackupError, match="nothing"):
        backups.restore(folder)
    assert User.objects.get().display_name == "王主任"


def test_the_script_of_a_dump_speaks_to_postgresql_15_too(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "none"
    folder = backups.backup(tmp_path / "backups")
    tell = [backups.program("pg_restore"), "--file=-", str(folder / backups.DUMP)]
    script = subprocess.run(tell, check=True, capture_output=True).stdout
    copied = io.BytesIO()
    backups.copy_script(io.BytesIO(script), copied)
    assert copied.getvalue() == script.replace(b"SET transaction_timeout = 0;\n", b"", 1) != script
