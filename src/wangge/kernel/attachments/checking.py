"""Do rows and files agree?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wangge.kernel.attachments import images, storage
from wangge.kernel.attachments.kinds import BY_CONTENT_TYPE
from wangge.kernel.attachments.models import Attachment

# A younger file may belong to an upload whose transaction has not committed yet.
ORPHAN_AGE_SECONDS: Final = 24 * 3600


@dataclass(frozen=True, slots=True)
class Problem:
    """``kind``: missing, corrupt, variant (repairable), orphan (removable)."""

    kind: str
    text: str
    path: Path
    attachment: Attachment | None = None


def problems() -> Iterator[Problem]:
    """Every row's files are read in full and compared with their hash; then every file is asked for its row."""
    checked: set[str] = set()
    for attachment in Attachment.objects.filter(erased_at__isnull=True).order_by("pk").iterator(chunk_size=1000):
        if attachment.sha256 in checked:
            continue
        checked.add(attachment.sha256)
        yield from _of_row(attachment)
    oldest = time.time() - ORPHAN_AGE_SECONDS
    for path in storage.stored_files():
        if path.name.split(".")[0] not in checked and path.stat().st_mtime < oldest:
            yield Problem("orphan", f"没有记录的文件 {path.name}", path)


def _of_row(attachment: Attachment) -> Iterator[Problem]:
    path = storage.path_of(attachment.sha256)
    where = f"附件{attachment.pk}（{attachment.owner_type}:{attachment.owner_id} {attachment.uuid}）"
    if not path.exists():
        yield Problem("missing", f"{where}：文件丢失", path, attachment)
        return
    with path.open("rb") as handle:
        if storage.digest(handle) != attachment.sha256:
            yield Problem("corrupt", f"{where}：内容与哈希不符", path, attachment)
            return
    for variant in attachment.variants[1:]:
        if not (small := storage.path_of(attachment.sha256, variant)).exists():
            yield Problem("variant", f"{where}：缺少{variant}图", small, attachment)


def repair(problem: Problem) -> bool:
    """Make a missing variant again, remove an orphan; whether it was done."""
    if problem.kind == "orphan":
        # An upload of the same bytes may just have taken it over; then it is young again.
        if problem.path.stat().st_mtime >= time.time() - ORPHAN_AGE_SECONDS:
            return False
        if Attachment.objects.filter(sha256=problem.path.name.split(".")[0], erased_at__isnull=True).exists():
            return False
        problem.path.unlink()
        return True
    if problem.kind == "variant" and problem.attachment is not None:
        attachment = problem.attachment
        with storage.path_of(attachment.sha256).open("rb") as handle:
            picture = images.read(handle, BY_CONTENT_TYPE[attachment.content_type], attachment.name)
        for variant, data in picture.variants.items():
            storage.put(data, attachment.sha256, variant)
        return True
    return False
