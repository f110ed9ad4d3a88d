"""Office files, PDF, text, video: measured, never unpacked."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernel.attachments import samples

from wangge.kernel.attachments.containers import check_office, check_pdf, check_text, clean_media
from wangge.kernel.attachments.errors import FileRefused
from wangge.kernel.attachments.kinds import DOCX, XLSX


def refusal(content: bytes) -> str:
    with pytest.raises(FileRefused) as caught:
        check_office(io.BytesIO(content), DOCX, "材料.docx")
    return str(caught.value.code)


def test_real_office_files_are_taken() -> None:
    check_office(io.BytesIO(samples.docx()), DOCX, "材料.docx")
    check_office(io.BytesIO(samples.xlsx(20_000)), XLSX, "台账.xlsx")


def test_a_zip_bomb_is_refused() -> None:
    assert refusal(samples.docx(word__media__a=bytes(40 * 1024 * 1024))) == "bomb"


def test_a_huge_archive_is_refused_even_at_a_modest_ratio() -> None:
    block = b"".join(number.to_bytes(4) for number in range(1024 * 1024))
    assert refusal(samples.docx(**{f"word__{n}": block for n in range(26)})) == "bomb"


def test_a_header_that_lies_about_its_size_is_refused() -> None:
    honest = samples.docx(word__media__a=bytes(40 * 1024 * 1024))
    lying = bytearray(honest)
    with zipfile.ZipFile(io.BytesIO(honest)) as archive:
        big = archive.getinfo("word/media/a")
    size = big.file_size.to_bytes(4, "little")
    while (at := lying.find(size)) >= 0:
        lying[at : at + 4] = (1000).to_bytes(4, "little")
    assert refusal(bytes(lying)) == "damaged"


def test_overlapping_entries_are_refused() -> None:
    content = bytearray(samples.docx(word__a=b"a" * 5000, word__b=b"b" * 5000))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        a, b = archive.getinfo("word/a").header_offset, archive.getinfo("word/b").header_offset
    central = content.rfind(b"PK\x01\x02")
    assert content[central + 42 : central + 46] == b.to_bytes(4, "little")
    content[central + 42 : central + 46] = a.to_bytes(4, "little")
    assert refusal(bytes(content)) == "damaged"


def test_other_archives_macros_and_passwords_are_refused() -> None:
    locked = bytearray(samples.docx())
    at = -1
    while (at := locked.find(b"PK\x01\x02", at + 1)) >= 0:
        locked[at + 8] |= 1
    assert refusal(samples.archive({"evil.exe": samples.executable()})) == "disguised"
    assert refusal(samples.docx(**{"word__vbaProject.bin": b"macro"})) == "macro"
    assert refusal(bytes(locked)) == "encrypted"


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_a_damaged_archive_is_taken_or_refused_and_nothing_else(data: st.DataObject) -> None:
    content = bytearray(samples.docx())
    for _ in range(3):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(FileRefused):
        check_office(io.BytesIO(bytes(content)), DOCX, "材料.docx")


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


def test_a_cut_pdf_is_refused() -> None:
    check_pdf(io.BytesIO(samples.pdf()), "通知.pdf")
    with pytest.raises(FileRefused, match="不完整"):
        check_pdf(io.BytesIO(samples.pdf()[:-10]), "通知.pdf")


def test_text_becomes_utf8() -> None:
    text = "路灯不亮，请尽快维修。\r\n"
    for encoding in ("utf-8", "utf-8-sig", "gbk"):
        assert check_text(io.BytesIO(text.encode(encoding)), "说明.txt") == text.encode()


def test_text_with_control_characters_is_refused() -> None:
    with pytest.raises(FileRefused, match="不是文本"):
        check_text(io.BytesIO(b"abc\x00def"), "说明.txt")
