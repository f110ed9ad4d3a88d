"""PDF: whole, and without author, program, times, XMP and the positions in its photos, unless somebody signed it."""

from __future__ import annotations

from typing import BinaryIO

from wangge.kernel.attachments import apart, pdf_process
from wangge.kernel.attachments.errors import FileRefused


def clean_pdf(file: BinaryIO, name: str) -> BinaryIO | None:
    """The cleaned file; None: it carries a signature, which any change would break. Raises FileRefused."""
    file.seek(0, 2)
    file.seek(max(file.tell() - 2048, 0))
    if b"%%EOF" not in file.read():
        raise FileRefused(f"“{name}”不完整，可能上传中断；请重新上传。", "damaged")
    cleaned = apart.run(
        "pdf_process.py",
        file,
        refusals={
            pdf_process.UNREADABLE: FileRefused(
                f"“{name}”无法读取（已损坏，或展开后过大）；请重新另存为PDF后上传。", "damaged"
            ),
            pdf_process.LOCKED: FileRefused(f"“{name}”有密码保护，不能上传；请去掉密码后重新上传。", "encrypted"),
        },
    )
    if cleaned.seek(0, 2) == 0:
        cleaned.close()
        return None
    cleaned.seek(0)
    return cleaned
