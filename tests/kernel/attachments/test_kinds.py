"""What a file is, by content; names that are fit to show."""

from __future__ import annotations

import io
from pathlib import PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernel.attachments import samples

from wangge.kernel.attachments.errors import FileRefused
from wangge.kernel.attachments.kinds import NAME_LENGTH, clean_name, sniff


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.jpg", samples.picture(), "jpg"),
        ("a.JPEG", samples.picture(), "jpg"),
        ("a.png", samples.picture(kind="PNG"), "png"),
        ("a.webp", samples.picture(kind="WEBP"), "webp"),
        ("chat.jpg", samples.picture(kind="PNG"), "png"),
        ("image", samples.picture(), "jpg"),
        ("苹果.HEIC", samples.heic(), "heic"),
        ("苹果.heif", samples.heic(), "heic"),
        ("微信图片.jpg", samples.heic(), "heic"),
        ("a.pdf", samples.pdf(), "pdf"),
        ("a.docx", samples.docx(), "docx"),
        ("a.xlsx", samples.xlsx(), "xlsx"),
        ("a.txt", "说明".encode(), "txt"),
        ("a.mp4", samples.mp4(), "mp4"),
        ("a.m4a", samples.mp4(b"M4A "), "m4a"),
        ("a.m4a", samples.mp4(b"mp42"), "m4a"),
        ("a.amr", samples.amr(), "amr"),
    ],
)
def test_allowed_kinds_are_recognised(name: str, content: bytes, expected: str) -> None:
    assert sniff(io.BytesIO(content), name).extension == expected


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("现场.jpg", samples.executable(), "disguised"),
        ("说明.pdf", samples.executable(), "disguised"),
        ("说明.txt", samples.executable(), "disguised"),
        ("说明.docx", samples.pdf(), "disguised"),
        ("现场.jpg", samples.pdf(), "disguised"),
        ("现场.heic", samples.executable(), "disguised"),
        ("现场.heic", samples.mp4(), "disguised"),
        ("录音.amr", samples.mp4(), "disguised"),
        ("现场.jpg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "disguised"),
        ("现场.jpg", b"<html><script>alert(1)</script>", "disguised"),
        ("程序.exe", samples.executable(), "extension"),
        ("图.svg", b"<svg/>", "extension"),
        ("页.html", samples.picture(), "extension"),
        ("包.zip", samples.archive({"a": b"a"}), "extension"),
        ("旧.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "extension"),
        ("无扩展名", samples.executable(), "unknown"),
        ("空.jpg", b"", "empty"),
    ],
)
def test_everything_else_is_refused(name: str, content: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as caught:
        sniff(io.BytesIO(content), name)
    assert caught.value.code == code


def test_the_uploader_is_told_what_the_file_really_is() -> None:
    with pytest.raises(FileRefused) as caught:
        sniff(io.BytesIO(samples.executable()), "现场.jpg")
    assert caught.value.messages == ["“现场.jpg”的内容不是JPEG图片，看起来像“exe”文件，不能上传。"]


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\win.ini", "win.ini"),
        ("照片\u202egpj.exe", "照片 gpj.exe"),
        ("a\x00b\r\nSet-Cookie: x.jpg", "a b Set-Cookie_ x.jpg"),
        ("..", "未命名"),
        ("", "未命名"),
        ('"><script>.jpg', "___script_.jpg"),
    ],
)
def test_names_are_made_harmless(given_name: str, expected: str) -> None:
    assert clean_name(given_name) == expected


@given(st.text(max_size=400))
def test_any_name_becomes_a_short_single_part(text: str) -> None:
    name = clean_name(text)
    assert 0 < len(name) <= NAME_LENGTH
    assert PurePath(name).name == name
    assert name.isprintable()
