"""Run as a script: a PDF from standard input, the same without what it tells of its making to standard output.

Nothing on standard output: it is signed and must stay as it is. ``python -I pdf_process.py <memory in bytes>``. Ends
with 1: cannot be read; 3: a password is needed.
"""

from __future__ import annotations

import io
import sys
from contextlib import suppress
from typing import Any, Final

from wangge.kernel.limited import limit

CPU_SECONDS: Final = 45
UNREADABLE: Final = 1
LOCKED: Final = 3


def main() -> int:
    memory = int(sys.argv[1])
    limit(memory=memory, cpu_seconds=CPU_SECONDS)
    import pikepdf  # noqa: PLC0415 - inside the limits

    try:
        pdf = pikepdf.open(io.BytesIO(sys.stdin.buffer.read()))
    except pikepdf.PasswordError:
        return LOCKED
    with pdf:
        objects = [obj for obj in pdf.objects if isinstance(obj, pikepdf.Dictionary | pikepdf.Stream)]
        if any("/ByteRange" in obj and "/Contents" in obj for obj in objects):
            return 0
        for obj in objects:
            _clean(obj, pikepdf)
        if "/Info" in pdf.trailer:
            del pdf.trailer["/Info"]
        out = io.BytesIO()
        # One with an owner's password only (it opens, printing is restricted) keeps it; others get equal bytes again.
        pdf.save(
            out,
            encryption=pdf.is_encrypted,
            deterministic_id=not pdf.is_encrypted,
            compress_streams=False,
            fix_metadata_version=False,
        )
    sys.stdout.buffer.write(out.getbuffer())
    return 0


def _clean(obj: Any, pikepdf: Any) -> None:
    """XMP, what editing programs keep for themselves, and Exif in photos."""
    for key in ("/Metadata", "/PieceInfo"):
        if key in obj:
            del obj[key]
    if not isinstance(obj, pikepdf.Stream):
        return
    if obj.get("/Type") == "/Metadata":  # whoever else refers to it
        obj.write(b"")
    elif obj.get("/Subtype") == "/Image" and obj.get("/Filter") in ("/DCTDecode", ["/DCTDecode"]):
        with suppress(pikepdf.PdfError):
            raw = obj.read_raw_bytes()
            from wangge.kernel.attachments.embedded import bare_jpeg  # noqa: PLC0415

            if (bare := bare_jpeg(raw)) != raw:
                obj.write(bare, filter=obj["/Filter"], decode_parms=obj.get("/DecodeParms"))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Exception:  # whatever the damaged byte leads the reader to
        sys.exit(UNREADABLE)
