"""Files that hold other things: office archives, PDF, MP4, text. Checked without being unpacked anywhere."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import BinaryIO, Final

from wangge.kernel.attachments.errors import FileRefused
from wangge.kernel.attachments.kinds import DOCX, Kind

MAX_ENTRIES: Final = 5_000
MAX_UNPACKED: Final = 100 * 1024 * 1024
# Real sheets of numbers compress to 1/40; one megabyte of zeros to 1/1000.
MAX_RATIO: Final = 200
SMALL: Final = 10 * 1024 * 1024
_CHUNK: Final = 256 * 1024
_MACROS: Final = ("vbaproject.bin", "vbadata.xml")


def check_office(file: BinaryIO, kind: Kind, name: str) -> None:
    """A real .docx/.xlsx, whole, without macros, of bearable size when unpacked. Raises FileRefused.

    Every entry is decompressed once (and thrown away), so that a header cannot lie about its size.
    """
    main = "word/document.xml" if kind is DOCX else "xl/workbook.xml"
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            names = {entry.filename.lower() for entry in entries}
            if not {"[content_types].xml", main} <= names:
                raise FileRefused(f"“{name}”不是{kind.label}（只是压缩包），不能上传。", "disguised")
            if any(entry.rsplit("/", 1)[-1] in _MACROS for entry in names):
                raise FileRefused(f"“{name}”含有宏，不能上传；请另存为不含宏的文档。", "macro")
            if any(entry.flag_bits & 1 for entry in entries):
                raise FileRefused(f"“{name}”有密码保护，不能上传。", "encrypted")
            packed = sum(entry.compress_size for entry in entries)
            unpacked = sum(entry.file_size for entry in entries)
            if (
                len(entries) > MAX_ENTRIES
                or unpacked > MAX_UNPACKED
                or (unpacked > SMALL and unpacked > packed * MAX_RATIO)
            ):
                raise FileRefused(
                    f"“{name}”解压后过大（{unpacked // 1024 // 1024}MB），疑似压缩炸弹，不能上传。", "bomb"
                )
            for entry in entries:
                _read_through(archive, entry, name)
    except FileRefused:
        raise
    except Exception as error:
        # BadZipFile, zlib.error, EOFError, NotImplementedError …: whatever the damaged byte leads to.
        raise FileRefused(f"“{name}”已损坏，无法读取；请重新保存后上传。", "damaged") from error


def _read_through(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> None:
    seen = 0
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            seen += len(chunk)
            if seen > entry.file_size:
                raise FileRefused(f"“{name}”解压后大小与声明不符，不能上传。", "bomb")


def check_pdf(file: BinaryIO, name: str) -> None:
    """A PDF with its end, so that it is whole. Raises FileRefused."""
    file.seek(0, 2)
    file.seek(max(file.tell() - 2048, 0))
    if b"%%EOF" not in file.read():
        raise FileRefused(f"“{name}”不完整，可能上传中断；请重新上传。", "damaged")


def check_text(file: BinaryIO, name: str) -> bytes:
    """The text as UTF-8 (GBK is converted). Raises FileRefused when it is no text."""
    file.seek(0)
    data = file.read()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if all(c.isprintable() or c in "\r\n\t\f" or c >= "\x80" for c in text):
            return text.encode()
        break
    raise FileRefused(f"“{name}”不是文本文件，不能上传。", "disguised")


# -- MP4 (ISO/IEC 14496-12): boxes of a 4-byte size, a 4-byte type and a payload ------------------------------

_INSIDE: Final = (b"moov", b"trak", b"mdia", b"minf")
_ABOUT: Final = (b"udta", b"meta", b"uuid")


def clean_media(file: BinaryIO, name: str) -> None:
    """Walk the boxes of an MP4/M4A and blank user data (place, device, author) in place. Raises FileRefused."""
    file.seek(0, 2)
    end = file.tell()
    types = set()
    for box, _ in _boxes(file, 0, end, name):
        types.add(box)
    if not {b"ftyp", b"moov"} <= types:
        raise FileRefused(f"“{name}”不完整或不是有效的音视频文件，请重新上传。", "damaged")
    _blank(file, 0, end, name, depth=0)


def _boxes(file: BinaryIO, start: int, end: int, name: str) -> Iterator[tuple[bytes, tuple[int, int, int]]]:
    """Type, and where the box, its payload and the box's end are."""
    position = start
    while position + 8 <= end:
        file.seek(position)
        header = file.read(16)
        size, kind, head = int.from_bytes(header[:4]), header[4:8], 8
        if size == 1:
            size, head = int.from_bytes(header[8:16]), 16
        elif size == 0:
            size = end - position
        if size < head or position + size > end:
            raise FileRefused(f"“{name}”不完整或不是有效的音视频文件，请重新上传。", "damaged")
        yield kind, (position, position + head, position + size)
        position += size


def _blank(file: BinaryIO, start: int, end: int, name: str, *, depth: int) -> None:
    for kind, (begin, payload, after) in _boxes(file, start, end, name):
        if kind in _ABOUT:
            file.seek(begin + 4)
            file.write(b"free")
            _zero(file, payload, after)
        elif kind in _INSIDE and depth < 6:
            _blank(file, payload, after, name, depth=depth + 1)


def _zero(file: BinaryIO, start: int, end: int) -> None:
    file.seek(start)
    while start < end:
        length = min(_CHUNK, end - start)
        file.write(bytes(length))
        start += length
