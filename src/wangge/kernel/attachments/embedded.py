"""JPEGs inside documents: word processors and scanners put them in as the camera wrote them, position and all."""

from __future__ import annotations

from typing import Final

START: Final = b"\xff\xd8"
_SCAN, _END = 0xDA, 0xD9
# APP1 (Exif, XMP), APP3 to APP13 (makers, Photoshop) and comments; what colours need stays: APP0, APP2 (ICC), APP14.
_ABOUT: Final = frozenset({0xE1, *range(0xE3, 0xEE), 0xEF, 0xFE})


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
