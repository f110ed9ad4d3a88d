"""JPEGs inside documents: segments that tell of their making leave, the picture stays."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.kernel.attachments import samples

from wangge.kernel.attachments.embedded import bare_jpeg


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
