"""Pictures inside documents: parts that tell of their making leave, the picture stays."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin
from tests.kernel.attachments import samples

from wangge.kernel.attachments.embedded import bare, bare_jpeg, bare_png


def test_exif_and_comments_leave_and_the_picture_stays() -> None:
    before = samples.photo()
    comment = b"\xff\xfe\x00\x0bby Wang.."
    after = bare_jpeg(before[:2] + comment + before[2:])
    assert (b"SERIAL-0042" in before, b"SERIAL-0042" in after, b"by Wang" in after) == (True, False, False)
    assert Image.open(io.BytesIO(after)).tobytes() == Image.open(io.BytesIO(before)).tobytes()


def test_colour_profiles_stay() -> None:
    with_profile = samples.picture(icc_profile=b"profile" * 100)
    assert Image.open(io.BytesIO(bare_jpeg(with_profile))).info["icc_profile"] == b"profile" * 100


def test_a_picture_without_any_comes_back_the_same() -> None:
    assert bare_jpeg(samples.picture()) == samples.picture()


@given(st.binary(max_size=200))
def test_anything_else_comes_back(tail: bytes) -> None:
    assert bare_jpeg(tail) == tail or tail.startswith(b"\xff\xd8")
    assert bare_jpeg(b"\xff\xd8" + tail).startswith(b"\xff\xd8")


def screenshot() -> bytes:
    """A PNG as programs leave it: who made it, where, when."""
    about = PngImagePlugin.PngInfo()
    about.add_text("Author", "王某某")
    about.add_itxt("Comment", "家住幸福小区3号楼", zip=True)
    about.add(b"tIME", b"\x07\xea\x01\x01\x00\x00\x00")
    exif = Image.Exif()
    exif[0x010F] = "SERIAL-0042"
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (20, 90, 60)).save(out, "PNG", pnginfo=about, exif=exif, dpi=(96, 96))
    return out.getvalue()


def test_words_leave_a_png_and_the_picture_stays() -> None:
    before, after = screenshot(), bare(screenshot())
    assert [word in before for word in (b"Author", b"Comment", b"tIME", b"SERIAL-0042")] == [True] * 4
    assert [word in after for word in (b"Author", b"Comment", b"tIME", b"SERIAL-0042")] == [False] * 4
    picture = Image.open(io.BytesIO(after))
    assert (picture.tobytes(), sorted(picture.info)) == (Image.open(io.BytesIO(before)).tobytes(), ["dpi"])


@given(st.binary(max_size=200))
def test_a_broken_png_comes_back(tail: bytes) -> None:
    broken = screenshot()[:60] + tail
    assert bare_png(broken).startswith(broken[:16])
    assert bare_png(tail) == tail or tail.startswith(b"\x89PNG")
