"""Video loses its place; text is text."""

from __future__ import annotations

import io

import pytest
from tests.kernel.attachments import samples

from wangge.kernel.attachments.errors import FileRefused
from wangge.kernel.attachments.recordings import check_text, clean_media


def test_the_place_in_a_video_is_wiped_and_the_frames_stay() -> None:
    before = samples.mp4()
    file = io.BytesIO(before)
    clean_media(file, "现场.mp4")
    after = file.getvalue()
    assert (b"+40.6416" in before, b"+40.6416" in after) == (True, False)
    assert len(after) == len(before)
    assert after[after.index(b"mdat") :] == before[before.index(b"mdat") :]


@pytest.mark.parametrize(
    "content", [samples.mp4()[:-50], samples.box(b"ftyp", b"isom0000"), samples.mp4() + b"\0\0\0\1x123456789"]
)
def test_a_broken_video_is_refused(content: bytes) -> None:
    with pytest.raises(FileRefused, match="不完整"):
        clean_media(io.BytesIO(content), "现场.mp4")


def test_text_becomes_utf8() -> None:
    text = "路灯不亮，请尽快维修。\r\n"
    for encoding in ("utf-8", "utf-8-sig", "gbk"):
        assert check_text(io.BytesIO(text.encode(encoding)), "说明.txt") == text.encode()


def test_text_with_control_characters_is_refused() -> None:
    with pytest.raises(FileRefused, match="不是文本"):
        check_text(io.BytesIO(b"abc\x00def"), "说明.txt")
