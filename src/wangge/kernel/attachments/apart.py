"""A hostile photo or PDF is opened by a library in C: in a process of its own, behind limits of memory and time.

What the process says with its exit code becomes a message; its crash is a refusal and not the end of the server.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Final, cast

from wangge.kernel.attachments.errors import FileRefused

MEMORY: Final = 1536 * 1024 * 1024
SECONDS: Final = 60
_CHUNK: Final = 1024 * 1024


def run(script: str, file: BinaryIO, *arguments: str, refusals: Mapping[int, FileRefused]) -> BinaryIO:
    """What ``script`` (beside this file) made of ``file``.

    Raises the refusal that its exit code stands for; for a crash and a code without one, ``refusals[1]``.
    """
    command = [sys.executable, "-I", str(Path(__file__).with_name(script)), str(MEMORY), *arguments]
    result = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - handed to the caller
    try:
        with tempfile.TemporaryFile() as source:
            file.seek(0)
            shutil.copyfileobj(file, source, _CHUNK)
            source.seek(0)
            ended = subprocess.run(
                command, stdin=source, stdout=result, stderr=subprocess.DEVNULL, timeout=SECONDS, check=False
            ).returncode
    except subprocess.TimeoutExpired:
        ended = 1
    except BaseException:
        result.close()
        raise
    if ended != 0:
        result.close()
        raise refusals.get(ended, refusals[1])
    result.seek(0)
    return result
