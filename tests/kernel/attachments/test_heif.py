"""Photos of iPhones: kept as JPEG, upright, without position; hostile ones refused."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from PIL import Image
from tests.kernel.attachments import samples

from wangge.kernel.attachments import heif, images
from wangge.kernel.attachments.errors import FileRefused
from wangge.kernel.attachments.images import ExifPosition, Picture
from wangge.kernel.attachments.kinds import JPEG
from wangge.kernel.attachments.models import Attachment
from wangge.kernel.attachments.storage import path_of, stored_files


def read(content: bytes) -> Picture:
    with heif.decoded(io.BytesIO(content), "现场.heic") as plain:
        return images.read(plain, JPEG, "现场.jpg")


def colours(picture: Picture) -> list[str]:
    """Of the corners, from the left above to the right below."""
    image = Image.open(io.BytesIO(picture.content))
    names = {(1, 0, 0): "red", (0, 1, 0): "green", (0, 0, 1): "blue", (1, 1, 1): "white"}
    right, below = image.width - 10, image.height - 10
    pixels = [image.getpixel(at) for at in ((10, 10), (right, 10), (10, below), (right, below))]
    return [names[tuple(int(value > 100) for value in pixel)] for pixel in pixels if isinstance(pixel, tuple)]


def code_of(content: bytes) -> str:
    with pytest.raises(FileRefused) as caught:
        read(content)
    return str(caught.value.code)


def test_an_iphone_photo_is_kept_as_jpeg_under_its_name(attach: Callable[..., Attachment]) -> None:
    attachment = attach(samples.heic(), "IMG_0042.HEIC")
    assert (attachment.name, attachment.content_type) == ("IMG_0042.jpg", "image/jpeg")
    assert (attachment.width, attachment.height) == (400, 300)
    for variant in attachment.variants:
        assert Image.open(path_of(attachment.sha256, variant)).format == "JPEG"


def test_a_heic_photo_that_a_chat_named_jpg_is_taken(attach: Callable[..., Attachment]) -> None:
    assert attach(samples.heic(), "微信图片.jpg").name == "微信图片.jpg"


def test_its_metadata_is_gone_and_the_position_was_read(attach: Callable[..., Attachment]) -> None:
    assert b"SERIAL-0042" in samples.heic()
    attachment = attach(samples.heic(), "现场.heic")
    for variant in attachment.variants:
        content = path_of(attachment.sha256, variant).read_bytes()
        assert (b"SERIAL-0042" in content, b"Exif" in content) == (False, False)
        assert dict(Image.open(io.BytesIO(content)).getexif()) == {}
    assert attachment.position == ExifPosition(109.82, 40.6416667, datetime(2026, 11, 20, 7, 30, tzinfo=UTC))


def test_it_stands_upright() -> None:
    lying, upright = read(samples.heic()), read(samples.heic("turned"))
    assert ((lying.width, lying.height), (upright.width, upright.height)) == ((400, 300), (300, 400))
    assert colours(lying) == ["red", "green", "white", "blue"]
    assert colours(upright) == ["white", "red", "blue", "green"]


def test_a_transparent_one_becomes_flat() -> None:
    assert Image.open(io.BytesIO(read(samples.heic("alpha")).content)).mode == "RGB"


def test_too_many_pixels_are_refused_before_they_are_decoded() -> None:
    assert code_of(samples.heic("large")) == "pixels"
    assert code_of(samples.heic_claiming("photo", 30_000, 30_000)) == "pixels"


def test_a_cover_that_lies_about_the_size_is_refused() -> None:
    assert code_of(samples.heic_claiming("large", 400, 300)) == "damaged"


@pytest.mark.parametrize(
    "content",
    [
        samples.heic()[:600],
        samples.heic()[:60],
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
        b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1avif" + bytes(3000),
    ],
)
def test_a_cut_or_empty_one_is_refused_and_says_what_to_do(content: bytes) -> None:
    with pytest.raises(FileRefused, match=r"HEIC照片“现场[.]heic”已损坏"):
        read(content)


def test_a_refused_one_leaves_nothing(attach: Callable[..., Attachment]) -> None:
    with pytest.raises(FileRefused):
        attach(samples.heic()[:600], "现场.heic")
    assert (Attachment.objects.count(), list(stored_files())) == (0, [])


def test_flipped_bytes_are_decoded_or_refused_and_nothing_else() -> None:
    for at in range(0, len(samples.heic()), 97):
        content = bytearray(samples.heic())
        content[at] ^= 0xFF
        with suppress(FileRefused):
            read(bytes(content))
