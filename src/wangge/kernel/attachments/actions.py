"""Taking files in, and taking them off."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO, Final, cast

from django.conf import settings
from django.core.files.base import File
from django.db import models, transaction
from django.utils import timezone

from wangge.kernel.attachments import heif, images, office, pdf, recordings, storage
from wangge.kernel.attachments.errors import FileRefused
from wangge.kernel.attachments.images import ExifPosition
from wangge.kernel.attachments.kinds import BY_EXTENSION, HEIC, JPEG, Kind, clean_name, extension_of, sniff
from wangge.kernel.attachments.models import Attachment
from wangge.kernel.audit.recording import record

MAX_PER_OWNER: Final = 100
_CHUNK: Final = 1024 * 1024
_IN_MEMORY: Final = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file that was checked, cleaned and written to disk, and waits for its row."""

    name: str
    kind: Kind
    sha256: str
    size: int
    width: int | None = None
    height: int | None = None
    position: ExifPosition | None = None
    signed: bool = False


def prepare(file: File[bytes], *, name: str = "") -> Prepared:
    """Check, clean and write ``file`` (the slow part: call it before a transaction begins). Raises FileRefused."""
    shown = clean_name(name or file.name or "")
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:
        copy = cast(BinaryIO, spool)
        _copy_within_limit(file, copy, shown)
        kind = sniff(copy, shown)
        shown = _with_extension(shown, kind)
        copy.seek(0)
        if kind.family == "image":
            return _picture(copy, kind, shown)
        if kind.family == "text":
            return _written(shown, kind, recordings.check_text(copy, shown), None)
        if kind.family in ("office", "pdf"):
            cleaned = pdf.clean_pdf(copy, shown) if kind.family == "pdf" else office.clean_office(copy, kind, shown)
            if cleaned is None:
                return _kept(shown, kind, copy, signed=True)
            with cleaned:
                return _kept(shown, kind, cleaned)
        if kind.family == "media":
            recordings.clean_media(copy, shown)
        return _kept(shown, kind, copy)


def _kept(name: str, kind: Kind, file: BinaryIO, *, signed: bool = False) -> Prepared:
    sha256 = storage.digest(file)
    size = file.seek(0, 2)
    storage.put(file, sha256)
    return Prepared(name, kind, sha256, size, signed=signed)


def _picture(copy: BinaryIO, kind: Kind, shown: str) -> Prepared:
    if kind is HEIC:  # few screens show it: it is kept as JPEG
        with heif.decoded(copy, shown) as plain:
            picture, kind = images.read(plain, JPEG, shown), JPEG
        shown = _with_extension(shown, kind)
    else:
        picture = images.read(copy, kind, shown)
    return _written(shown, kind, picture.content, picture)


@transaction.atomic
def store(file: File[bytes] | Prepared, *, owner: models.Model, purpose: str, by: Any) -> Attachment:
    """Attach ``file`` to ``owner``. ``by`` is the user, or None for a resident or the system.

    The caller has checked that ``by`` may. Raises FileRefused (a ValidationError); then nothing is attached.
    ``attachment.position`` carries the photo's EXIF position, which is stored nowhere.
    """
    prepared = file if isinstance(file, Prepared) else prepare(file)
    owner_type, owner_id = owner._meta.label_lower, int(owner.pk)
    if Attachment.objects.current().filter(owner_type=owner_type, owner_id=owner_id).count() >= MAX_PER_OWNER:
        raise FileRefused(f"附件已达{MAX_PER_OWNER}个，不能再上传。", "too_many")
    attachment = Attachment.objects.create(
        owner_type=owner_type,
        owner_id=owner_id,
        purpose=purpose,
        name=prepared.name,
        content_type=prepared.kind.content_type,
        size=prepared.size,
        sha256=prepared.sha256,
        width=prepared.width,
        height=prepared.height,
        signed=prepared.signed,
        uploaded_by=by if getattr(by, "is_authenticated", False) else None,
    )
    attachment.position = prepared.position
    record(
        f"{owner_type}.attach",
        owner,
        changes={
            "attachment": [None, str(attachment.uuid)],
            "purpose": [None, purpose],
            "sha256": [None, prepared.sha256],
        },
    )
    return attachment


@transaction.atomic
def remove(*, attachment: Attachment, reason: str, path: str = "") -> None:
    """Take an attachment off its owner; row and bytes stay for the record. Again: nothing happens."""
    now = timezone.now()
    if not Attachment.objects.current().filter(pk=attachment.pk).update(removed_at=now):
        return
    attachment.removed_at = now
    record("attachments.attachment.remove", attachment, changes={"removed_at": [None, now]}, reason=reason, path=path)


@transaction.atomic
def erase(*, attachments: Iterable[Attachment], reason: str) -> int:
    """The time these may be kept is over: rows stay without their file names, bytes go after the commit. How many.

    Bytes that another attachment still has (the same photo of another matter) stay with that one.
    """
    now, done = timezone.now(), 0
    for attachment in attachments:
        name = f"已清除.{extension_of(attachment.name)}"
        if not Attachment.objects.filter(pk=attachment.pk, erased_at__isnull=True).update(
            removed_at=attachment.removed_at or now, erased_at=now, name=name
        ):
            continue
        record("attachments.attachment.erase", attachment, changes={"erased_at": [None, now]}, reason=reason)
        transaction.on_commit(partial(_delete_unneeded, attachment.sha256))
        done += 1
    return done


def _delete_unneeded(sha256: str) -> None:
    if not Attachment.objects.filter(sha256=sha256, erased_at__isnull=True).exists():
        storage.delete(sha256)


def _copy_within_limit(file: File[bytes], target: BinaryIO, name: str) -> None:
    """Copy, counting for ourselves: a declared size is only a claim."""
    limit = settings.ATTACHMENT_MB * 1024 * 1024
    size = 0
    file.seek(0)
    for chunk in file.chunks(_CHUNK):
        size += len(chunk)
        if size > limit:
            raise FileRefused(f"“{name}”超过{settings.ATTACHMENT_MB}MB的上限；请压缩或分开上传。", "size")
        target.write(chunk)
    target.seek(0)


def _with_extension(name: str, kind: Kind) -> str:
    """The name, ending as its content does."""
    extension = extension_of(name)
    if extension in kind.extensions:
        return name
    if extension in BY_EXTENSION:
        name = name[: -len(extension) - 1]
    return f"{name}.{kind.extension}"


def _written(name: str, kind: Kind, content: bytes, picture: images.Picture | None) -> Prepared:
    sha256 = hashlib.sha256(content).hexdigest()
    for variant, data in (picture.variants if picture else {}).items():
        storage.put(data, sha256, variant)
    storage.put(content, sha256)
    if picture is None:
        return Prepared(name, kind, sha256, len(content))
    return Prepared(name, kind, sha256, len(content), picture.width, picture.height, picture.position)
