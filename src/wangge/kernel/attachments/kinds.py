"""The allow list, and telling what a file is by its content."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO, Final

import puremagic

from wangge.kernel.attachments.errors import FileRefused

HEAD_BYTES: Final = 4096
NAME_LENGTH: Final = 120


@dataclass(frozen=True, slots=True)
class Kind:
    """``family`` decides how it is checked: image, office, media, pdf, amr, text."""

    extension: str
    content_type: str
    family: str
    label: str
    other_extensions: tuple[str, ...] = ()

    @property
    def extensions(self) -> tuple[str, ...]:
        return (self.extension, *self.other_extensions)


JPEG: Final = Kind("jpg", "image/jpeg", "image", "JPEG图片", ("jpeg", "jpe", "jfif"))
PNG: Final = Kind("png", "image/png", "image", "PNG图片")
WEBP: Final = Kind("webp", "image/webp", "image", "WebP图片")
HEIC: Final = Kind("heic", "image/heic", "image", "HEIC照片", ("heif", "hif"))
PDF: Final = Kind("pdf", "application/pdf", "pdf", "PDF文档")
DOCX: Final = Kind(
    "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "office", "Word文档"
)
XLSX: Final = Kind("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "office", "Excel表格")
PPTX: Final = Kind(
    "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation", "office", "PPT演示文稿"
)
TXT: Final = Kind("txt", "text/plain; charset=utf-8", "text", "文本")
MP4: Final = Kind("mp4", "video/mp4", "media", "MP4视频", ("m4v",))
M4A: Final = Kind("m4a", "audio/mp4", "media", "M4A录音")
AMR: Final = Kind("amr", "audio/amr", "amr", "AMR录音")

KINDS: Final = (JPEG, PNG, WEBP, HEIC, PDF, DOCX, XLSX, PPTX, TXT, MP4, M4A, AMR)
BY_EXTENSION: Final = {extension: kind for kind in KINDS for extension in kind.extensions}
BY_CONTENT_TYPE: Final = {kind.content_type: kind for kind in KINDS}
# For the accept attribute of upload fields.
ACCEPT: Final = ",".join(f".{extension}" for extension in BY_EXTENSION)
ACCEPT_IMAGES: Final = ",".join(kind.content_type for kind in KINDS if kind.family == "image")
_ALLOWED_WORDS: Final = "、".join(kind.extension for kind in KINDS)


def clean_name(name: str) -> str:
    """A name fit to show and to save under: the last path part, without control or direction characters."""
    last = PurePath(unicodedata.normalize("NFC", name or "").replace("\\", "/")).name
    # Cc, Cf and the like: among them the marks that make "gpj.exe" read "exe.jpg".
    plain = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in last)
    plain = re.sub(r'[<>:"|?*/]', "_", re.sub(r" +", " ", plain)).strip(" .") or "未命名"
    stem, dot, extension = plain.rpartition(".")
    if not dot or len(extension) > 8:
        return plain[:NAME_LENGTH]
    return f"{stem[: NAME_LENGTH - 1 - len(extension)]}.{extension}"


def extension_of(name: str) -> str:
    return PurePath(name).suffix.lower().lstrip(".")


def sniff(file: BinaryIO, name: str) -> Kind:
    """What ``file`` is, from its content; its name must not say otherwise. Raises FileRefused.

    An image may be named as another kind of image (chat programs do that); it is re-encoded anyway.
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    file.seek(0)
    if not head:
        raise FileRefused(f"“{name}”是空文件。", "empty")
    extension = extension_of(name)
    claimed = BY_EXTENSION.get(extension)
    found = _by_signature(head, claimed)
    if extension and claimed is None:
        raise FileRefused(f"不能上传“.{extension}”文件；可上传：{_ALLOWED_WORDS}。", "extension")
    if found is None:
        raise _disguised(name, head, claimed)
    if claimed is not None and claimed is not found and not claimed.family == found.family == "image":
        raise FileRefused(
            f"“{name}”的内容是{found.label}，与扩展名“.{extension}”不符；请用正确的扩展名重新上传。", "disguised"
        )
    return found


_SIGNATURES: Final[tuple[tuple[Kind, bytes], ...]] = (
    (JPEG, rb"\xff\xd8\xff"),
    (PNG, rb"\x89PNG\r\n\x1a\n"),
    (WEBP, rb"RIFF....WEBP"),
    (HEIC, rb"....ftyp(heic|heix|heim|heis|hevc|hevx|hevm|hevs|mif1|msf1)"),
    (PDF, rb"%PDF-"),
    (AMR, rb"#!AMR(-WB)?\n"),
    (M4A, rb"....ftyp(M4A |M4B )"),
)
_GENERAL_MEDIA: Final = rb"....ftyp(isom|iso2|iso4|iso5|iso6|mp41|mp42|avc1|M4V |MSNV)"


def _by_signature(head: bytes, claimed: Kind | None) -> Kind | None:
    for kind, signature in _SIGNATURES:
        if re.match(signature, head, re.DOTALL):
            return kind
    if re.match(_GENERAL_MEDIA, head, re.DOTALL):
        # Recorders write sound alone under the general brands: the name decides between the two.
        return M4A if claimed is M4A else MP4
    if claimed in (DOCX, XLSX, PPTX) and head.startswith(b"PK\x03\x04"):
        return claimed  # what is inside the archive is looked at by office.clean_office
    return TXT if claimed is TXT and _is_text(head) else None


def _is_text(data: bytes) -> bool:
    return re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", data) is None


def _disguised(name: str, head: bytes, claimed: Kind | None) -> FileRefused:
    try:
        real = puremagic.from_string(head).lstrip(".")
    except (puremagic.PureError, ValueError):
        real = ""
    looks = f"，看起来像“{real}”文件" if real and BY_EXTENSION.get(real) is not claimed else ""
    if claimed is None:
        return FileRefused(f"无法识别“{name}”的内容{looks}；可上传：{_ALLOWED_WORDS}。", "unknown")
    return FileRefused(f"“{name}”的内容不是{claimed.label}{looks}，不能上传。", "disguised")
