"""Run as a script: a HEIC photo from standard input, the same upright as an uncompressed PNG to standard output.

``python -I heif_process.py <memory in bytes> <most pixels> <longest edge>``. Ends with 1: cannot be read; 3: too many
pixels.
"""

from __future__ import annotations

import io
import sys
from typing import Final

from wangge.kernel.limited import limit

CPU_SECONDS: Final = 45
UNREADABLE: Final = 1
TOO_LARGE: Final = 3


def main() -> int:
    memory, pixels, edge = (int(argument) for argument in sys.argv[1:])
    limit(memory=memory, cpu_seconds=CPU_SECONDS)
    from pi_heif import register_heif_opener  # noqa: PLC0415 - inside the limits
    from PIL import Image  # noqa: PLC0415

    Image.MAX_IMAGE_PIXELS = None  # counted here
    register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
    with Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=["HEIF"]) as image:
        if image.width * image.height > pixels:
            return TOO_LARGE
        image.load()
        if image.width * image.height > pixels:  # the picture inside is larger than its cover said
            return TOO_LARGE
        # Exif goes along: the position is read from it before it is dropped.
        about = {name: image.info[name] for name in ("exif", "icc_profile") if image.info.get(name)}
        image.thumbnail((edge, edge), Image.Resampling.LANCZOS)
        image.save(sys.stdout.buffer, "PNG", compress_level=0, **about)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Exception:  # whatever the damaged byte leads the decoder to
        sys.exit(UNREADABLE)
