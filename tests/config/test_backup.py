"""A backup restores to the same rows and files; a failing one leaves a note and no finished folder."""

from __future__ import annotations

import json
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
