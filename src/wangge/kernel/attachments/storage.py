"""Bytes on disk under their hash: ``MEDIA_ROOT/attachments/ab/cd/<sha256>[.variant]``.

A path is made of a checked hash and a known variant and of nothing else, so no name can lead out of the folder.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from django.conf import settings

VARIANTS: Final = ("original", "screen", "thumb")
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_CHUNK: Final = 1024 * 1024


def root() -> Path:
    return Path(settings.MEDIA_ROOT) / "attachments"


def path_of(sha256: str, variant: str = "original") -> Path:
    """Where the bytes lie. Raises ValueError for anything but a hash and a variant."""
    if _HASH.fullmatch(sha256) is None or variant not in VARIANTS:
        raise ValueError("not a hash or not a variant")
    name = sha256 if variant == "original" else f"{sha256}.{variant}"
    return root() / sha256[:2] / sha256[2:4] / name


def digest(file: BinaryIO) -> str:
    """SHA-256 of the whole file, hexadecimal."""
    file.seek(0)
    found = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        found.update(chunk)
    return found.hexdigest()


def put(source: BinaryIO | bytes, sha256: str, variant: str = "original") -> bool:
    """Write the bytes, durably, unless they are there already; whether they were new."""
    target = path_of(sha256, variant)
    try:
        os.utime(target)  # seen again: keeps it from being tidied away as an orphan meanwhile
    except FileNotFoundError:
        pass
    else:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".new-", delete=False) as handle:
        try:
            if isinstance(source, bytes):
                handle.write(source)
            else:
                source.seek(0)
                while chunk := source.read(_CHUNK):
                    handle.write(chunk)
            handle.flush()
            os.fsync(handle.fileno())
            Path(handle.name).chmod(0o640)
            Path(handle.name).replace(target)
        except BaseException:
            Path(handle.name).unlink(missing_ok=True)
            raise
    return True


def delete(sha256: str) -> None:
    """Delete the bytes and every variant. The caller has made sure that no row needs them."""
    for variant in VARIANTS:
        path_of(sha256, variant).unlink(missing_ok=True)


def stored_files() -> Iterator[Path]:
    """Every file below the root, unfinished ones included."""
    for folder, folders, names in os.walk(root()):
        folders.sort()
        for name in sorted(names):
            yield Path(folder) / name
