"""Rows and files: what is missing, corrupt, orphaned."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import pytest
from tests.kernel.attachments import samples
from typer.testing import CliRunner

from wangge.kernel.attachments.checking import problems
from wangge.kernel.attachments.cli import app
from wangge.kernel.attachments.models import Attachment
from wangge.kernel.attachments.storage import path_of, put, stored_files

Attach = Callable[..., Attachment]
OLD = time.time() - 2 * 86_400


def kinds() -> list[str]:
    return [problem.kind for problem in problems()]


def test_a_whole_store_has_no_problems(attach: Attach) -> None:
    attach(samples.photo(2000, 1500))
    attach(samples.pdf(), "通知.pdf")
    assert kinds() == []
    assert CliRunner().invoke(app, ["check"]).exit_code == 0


def test_missing_and_corrupt_files_are_named(attach: Attach) -> None:
    missing, corrupt = attach(samples.pdf(), "甲.pdf"), attach(samples.amr(), "乙.amr")
    path_of(missing.sha256).unlink()
    path_of(corrupt.sha256).write_bytes(b"changed")
    result = CliRunner().invoke(app, ["check", "--repair"])
    assert kinds() == ["missing", "corrupt"]
    assert result.exit_code == 1
    assert str(missing.uuid) in result.output
    assert str(corrupt.uuid) in result.output


def test_a_lost_variant_is_made_again(attach: Attach) -> None:
    attachment = attach(samples.photo(2000, 1500))
    path_of(attachment.sha256, "thumb").unlink()
    assert kinds() == ["variant"]
    assert CliRunner().invoke(app, ["check", "--repair"]).exit_code == 0
    assert kinds() == []


@pytest.mark.django_db
def test_old_orphans_are_removed_and_young_ones_left() -> None:
    old, young = "a" * 64, "b" * 64
    put(b"old", old)
    put(b"young", young)
    os.utime(path_of(old), (OLD, OLD))
    assert kinds() == ["orphan"]
    assert CliRunner().invoke(app, ["check", "--repair"]).exit_code == 0
    assert [path.name for path in stored_files()] == [young]


def test_an_orphan_taken_over_by_an_upload_is_left(attach: Attach) -> None:
    attachment = attach(samples.pdf(), "通知.pdf")
    path = path_of(attachment.sha256)
    Attachment.objects.all().delete()
    os.utime(path, (OLD, OLD))
    found = list(problems())
    attach(samples.pdf(), "通知.pdf")
    assert [problem.kind for problem in found] == ["orphan"]
    assert path.stat().st_mtime > OLD
    assert kinds() == []
