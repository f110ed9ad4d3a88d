"""Recordings and text: MP4 and M4A lose the place they were taken at, text is text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from wangge.kernel.attachments.errors import FileRefused

_CHUNK: Final = 256 * 1024


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
