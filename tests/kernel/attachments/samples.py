"""Small files of every kind, good and bad."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from openpyxl import Workbook
from PIL import ExifTags, Image


def picture(width: int = 400, height: int = 300, kind: str = "JPEG", mode: str = "RGB", **options: object) -> bytes:
    image = Image.linear_gradient("L").resize((width, height)).convert(mode)
    out = io.BytesIO()
    image.save(out, kind, **options)  # type: ignore[arg-type]
    return out.getvalue()


def photo(width: int = 400, height: int = 300, *, orientation: int = 1) -> bytes:
    """A photo as a telephone takes it: position, time, model and serial number in EXIF."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "PhoneMaker"
    exif[ExifTags.Base.Orientation] = orientation
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {
            ExifTags.GPS.GPSLatitudeRef: "N",
            ExifTags.GPS.GPSLatitude: (40.0, 38.0, 30.0),
            ExifTags.GPS.GPSLongitudeRef: "E",
            ExifTags.GPS.GPSLongitude: (109.0, 49.0, 12.0),
        }
    )
    exif.get_ifd(ExifTags.IFD.Exif).update(
        {ExifTags.Base.DateTimeOriginal: "2026:11:20 15:30:00", ExifTags.Base.BodySerialNumber: "SERIAL-0042"}
    )
    return picture(width, height, exif=exif)


def heic(name: str = "photo") -> bytes:
    """A photo as an iPhone keeps it. ``photo`` and ``turned`` (the telephone was held upright): four coloured fields
    with position and serial number; ``alpha``: half transparent; ``large``: 72 megapixels of grey in 17 kilobytes.
    """
    return Path(__file__).with_name(f"{name}.heic").read_bytes()


def heic_claiming(name: str, width: int, height: int) -> bytes:
    """The same picture behind a cover that says another size."""
    content = heic(name)
    at = content.index(b"ispe") + 8
    return content[:at] + struct.pack(">II", width, height) + content[at + 8 :]


def executable() -> bytes:
    return b"MZ\x90\x00" + b"\x00" * 56 + b"PE\x00\x00" + bytes(range(256)) * 8


def png_claiming(width: int, height: int) -> bytes:
    """A few bytes that say they are a huge image."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def archive(entries: Mapping[str, bytes], level: int | None = None) -> bytes:
    """A zip; ``level`` 1 packs in a tenth of the time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as zipped:
        for name, data in entries.items():
            zipped.writestr(name, data)
    return out.getvalue()


def docx(**more: bytes) -> bytes:
    entries = {"[Content_Types].xml": b"<Types/>", "word/document.xml": "<w:document>正文</w:document>".encode()}
    return archive(entries | {name.replace("__", "/"): data for name, data in more.items()})


def xlsx(rows: int = 3) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for number in range(rows):
        sheet.append([number, f"第{number}行", "路灯不亮"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def box(kind: bytes, payload: bytes = b"") -> bytes:
    return struct.pack(">I", 8 + len(payload)) + kind + payload


def mp4(brand: bytes = b"isom") -> bytes:
    """A video with the position telephones write into it."""
    place = box(b"udta", box(b"\xa9xyz", b"\x00\x12\x15\xc7+40.6416+109.8200/"))
    return (
        box(b"ftyp", brand + b"\x00\x00\x02\x00" + brand)
        + box(b"moov", box(b"mvhd", bytes(100)) + box(b"trak", box(b"tkhd", bytes(84)) + place) + place)
        + box(b"mdat", b"frames" * 1000)
    )


def pdf(text: bytes = b"") -> bytes:
    """One page that says ``text``."""
    content = b"%PDF-1.4\n"
    starts = []
    for number, body in enumerate(
        (
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>",
            b"<</Length %d>>\nstream\n(%s) Tj\nendstream" % (len(text) + 5, text),
        ),
        1,
    ):
        starts.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % start for start in starts)
    return content + b"xref\n0 5\n%strailer\n<</Root 1 0 R/Size 5>>\nstartxref\n%d\n%%%%EOF\n" % (table, len(content))


def amr() -> bytes:
    return b"#!AMR\n" + bytes(range(256))
