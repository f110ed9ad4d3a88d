"""A process of its own: what it made, its refusals, its crash, its time."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from wangge.kernel.attachments import apart
from wangge.kernel.attachments.errors import FileRefused

DAMAGED = FileRefused("已损坏", "damaged")
LARGE = FileRefused("过大", "pixels")


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(apart, "__file__", str(tmp_path / "apart.py"))
    return tmp_path / "made.py"


def code_of(script: Path, text: str) -> str:
    script.write_text(text)
    with pytest.raises(FileRefused) as caught:
        apart.run(script.name, io.BytesIO(b"abc"), refusals={1: DAMAGED, 3: LARGE})
    return str(caught.value.code)


def test_the_whole_file_goes_in_and_the_result_comes_out(script: Path) -> None:
    script.write_text("import sys; sys.stdout.write(sys.argv[2] + sys.stdin.read()[::-1])")
    file = io.BytesIO(b"abc" * 1_000_000)
    file.seek(5)
    with apart.run(script.name, file, "made:", refusals={1: DAMAGED}) as result:
        assert result.read() == b"made:" + b"cba" * 1_000_000


def test_its_code_says_why(script: Path) -> None:
    assert code_of(script, "raise SystemExit(3)") == "pixels"
    assert code_of(script, "raise SystemExit(9)") == "damaged"


def test_its_crash_is_a_refusal(script: Path) -> None:
    assert code_of(script, "import os; os.abort()") == "damaged"


def test_its_time_is_limited(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "SECONDS", 1)
    assert code_of(script, "import time; time.sleep(30)") == "damaged"
