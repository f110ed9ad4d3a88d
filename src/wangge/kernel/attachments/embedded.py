"""Pictures inside documents: word processors and scanners put them in as the camera wrote them, position and all."""

from __future__ import annotations

from typing import Final

START: Final = b"\xff\xd8"
_SCAN, _END = 0xDA, 0xD9
# APP1 (Exif, XMP), APP3 to APP13 (makers, Photoshop) and comments; what colours need stays: APP0, APP2 (ICC), APP14.
_ABOUT: Final = frozenset({0xE1, *range(0xE3, 0xEE), 0xEF, 0xFE})
PNG: Final = b"\x89PNG\r\n\x1a\n"
# Words, Exif and the hour of the last change; every other chunk may be of the picture.
_WORDS: Final = frozenset({b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"})


def bare(content: bytes) -> bytes:
    """A JPEG or PNG without what tells of its making; anything else as it is."""
    return bare_png(content) if content.startswith(PNG) else bare_jpeg(content)


def bare_jpeg(content: bytes) -> bytes:
    """``content`` without segments that tell of its making; the picture is byte for byte the same.

    What is not a JPEG, or broken before its picture begins, comes back as it is.
    """
    if not content.startswith(START):
        return content
    kept, at = [START], 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # a byte of filling
            at += 1
            continue
        after = at + 2 + int.from_bytes(content[at + 2 : at + 4])
        if marker in (_SCAN, _END):
            kept.append(content[at:])
            return b"".join(kept)
        if marker not in _ABOUT:
            kept.append(content[at:after])
        at = after
    return content


def bare_png(content: bytes) -> bytes:
    """``content`` without chunks of words; the picture is byte for byte the same. A broken one comes back as it is."""
    if not content.startswith(PNG):
        return content
    kept, at = [PNG], len(PNG)
    while at + 12 <= len(content):
        after, name = at + 12 + int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        if after > len(content):
            return content
        if name not in _WORDS:
            kept.append(content[at:after])
        at = after
        if name == b"IEND":
            return b"".join(kept)
    return content
