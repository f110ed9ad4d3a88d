"""Images: nothing but the picture remains."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from PIL import Image
from tests.kernel.attachments import samples

from wangge.kernel.attachments.errors import FileRefused
from wangge.kernel.attachments.images import ExifPosition, Picture, read
from wangge.kernel.attachments.kinds import JPEG, PNG, WEBP, Kind


def decoded(content: bytes, kind: Kind = JPEG) -> Picture:
    return read(io.BytesIO(content), kind, "现场.jpg")


def size(content: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(content)).size


def test_exif_is_gone_from_every_variant() -> None:
    before = samples.photo(2000, 1500)
    picture = decoded(before)
    assert b"SERIAL-0042" in before
    for content in (picture.content, *picture.variants.values()):
        assert dict(Image.open(io.BytesIO(content)).getexif()) == {}
        assert b"SERIAL-0042" not in content
        assert b"Exif" not in content


def test_the_position_is_read_before_it_is_stripped() -> None:
    expected = ExifPosition(109.82, 40.6416667, datetime(2026, 11, 20, 7, 30, tzinfo=UTC))
    assert decoded(samples.photo()).position == expected


def test_a_picture_without_position_has_none() -> None:
    assert decoded(samples.picture()).position is None


@pytest.mark.parametrize(
    ("given_size", "thumb", "screen"),
    [((2000, 1500), (320, 240), (1600, 1200)), ((300, 200), (300, 200), None), ((100, 3200), (10, 320), (50, 1600))],
)
def test_variants_fit_their_frames(
    given_size: tuple[int, int], thumb: tuple[int, int], screen: tuple[int, int] | None
) -> None:
    picture = decoded(samples.picture(*given_size))
    assert size(picture.variants["thumb"]) == thumb
    assert (size(picture.variants["screen"]) if "screen" in picture.variants else None) == screen


def test_a_turned_photo_is_set_upright() -> None:
    picture = decoded(samples.photo(400, 300, orientation=6))
    assert (picture.width, picture.height) == (300, 400)
    assert size(picture.content) == (300, 400)


def test_very_large_photos_are_brought_to_4096() -> None:
    picture = decoded(samples.picture(6000, 3000))
    assert size(picture.content) == (4096, 2048)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (samples.picture(kind="PNG", mode="RGBA"), PNG),
        (samples.picture(kind="PNG", mode="P"), PNG),
        (samples.picture(kind="PNG", mode="I;16"), PNG),
        (samples.picture(kind="WEBP"), WEBP),
        (samples.picture(mode="CMYK"), JPEG),
        (samples.picture(mode="L"), JPEG),
    ],
)
def test_every_colour_mode_is_taken(content: bytes, kind: Kind) -> None:
    picture = decoded(content, kind)
    assert Image.open(io.BytesIO(picture.content)).size == (400, 300)
    assert Image.open(io.BytesIO(picture.variants["thumb"])).format == "JPEG"


def test_what_is_hidden_behind_a_picture_is_gone() -> None:
    for content, kind in ((samples.picture(), JPEG), (samples.picture(kind="PNG"), PNG)):
        assert b"<script>" not in decoded(content + b"<script>alert(1)</script>" + samples.executable(), kind).content


@pytest.mark.parametrize("edge", [8_001, 30_000, 100_000])
def test_a_decompression_bomb_is_refused_before_it_is_decoded(edge: int) -> None:
    with pytest.raises(FileRefused, match="像素") as caught:
        decoded(samples.png_claiming(edge, edge), PNG)
    assert caught.value.code == "pixels"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (samples.picture()[:400], JPEG),
        (b"\xff\xd8\xff" + bytes(100), JPEG),
        (samples.png_claiming(500, 500), PNG),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 " + bytes(30), WEBP),
    ],
)
def test_damaged_pictures_are_refused(content: bytes, kind: Kind) -> None:
    with pytest.raises(FileRefused, match="损坏"):
        decoded(content, kind)


def test_a_photo_with_a_second_picture_inside_keeps_the_first() -> None:
    first, second = Image.new("RGB", (400, 300), "red"), Image.new("RGB", (200, 100), "blue")
    out = io.BytesIO()
    first.save(out, "MPO", save_all=True, append_images=[second])
    picture = decoded(out.getvalue())
    assert size(picture.content) == (400, 300)
    assert picture.content.count(b"\xff\xd8\xff") == 1


def test_a_position_at_nought_or_off_the_earth_is_none() -> None:
    for lat in ((0.0, 0.0, 0.0), (95.0, 0.0, 0.0)):
        exif = Image.Exif()
        exif.get_ifd(0x8825).update({1: "N", 2: lat, 3: "E", 4: (0.0, 0.0, 0.0)})
        assert decoded(samples.picture(exif=exif)).position is None
