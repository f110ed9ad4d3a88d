"""HEIC, as iPhones take it: read by libheif (decoder only), kept as JPEG."""

from __future__ import annotations

from typing import BinaryIO

from wangge.kernel.attachments import apart, heif_process
from wangge.kernel.attachments.errors import FileRefused
from wangge.kernel.attachments.images import LARGEST_EDGE, MAX_PIXELS, too_large


def decoded(file: BinaryIO, name: str) -> BinaryIO:
    """The photo as PNG, upright, with its position still in it. Raises FileRefused."""
    damaged = FileRefused(f"HEIC照片“{name}”已损坏或无法读取；请重新拍摄，或在手机上另存为JPG后上传。", "damaged")
    return apart.run(
        "heif_process.py",
        file,
        str(MAX_PIXELS),
        str(LARGEST_EDGE),
        refusals={heif_process.UNREADABLE: damaged, heif_process.TOO_LARGE: too_large(name)},
    )
