"""Paths are made of hashes alone."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wangge.kernel.attachments.storage import path_of, put, root, stored_files

HASH = hashlib.sha256(b"x").hexdigest()


def test_the_path_fans_out_twice(media: Path) -> None:
    assert path_of(HASH) == media / "attachments" / HASH[:2] / HASH[2:4] / HASH
    assert path_of(HASH, "thumb").name == f"{HASH}.thumb"


@pytest.mark.parametrize("wrong", ["", "../" * 8 + "etc/passwd", HASH.upper(), HASH + "/..", HASH + "\n", "a" * 63])
def test_nothing_but_a_hash_makes_a_path(wrong: str) -> None:
    with pytest.raises(ValueError, match="hash"):
        path_of(wrong)


@given(st.text(), st.text())
def test_no_text_leads_out_of_the_folder(sha256: str, variant: str) -> None:
    with pytest.raises(ValueError, match="hash"):
        path_of(sha256, variant)


def test_the_same_bytes_are_written_once() -> None:
    assert (put(b"x", HASH), put(b"x", HASH)) == (True, False)
    assert [path.read_bytes() for path in stored_files()] == [b"x"]


def test_a_failed_write_leaves_nothing() -> None:
    class Broken:
        def seek(self, position: int) -> None: ...

        def read(self, size: int) -> bytes:
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        put(Broken(), HASH)  # type: ignore[arg-type]
    assert [path for path in root().rglob("*") if path.is_file()] == []
