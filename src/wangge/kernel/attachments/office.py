"""Word, Excel and PowerPoint files: measured, then written again without what they tell of their making.

Author, company, times, keywords and own properties (``docProps``) are emptied, photos lose Exif, PNGs their words. A
signed file stays as it is. Every entry is decompressed once, in pieces, so that a header cannot lie about its size.
"""

from __future__ import annotations

import posixpath
import tempfile
import zipfile
from contextlib import closing
from typing import BinaryIO, Final, cast
from xml.etree.ElementTree import ParseError

from defusedxml import ElementTree

from wangge.kernel.attachments.embedded import bare
from wangge.kernel.attachments.errors import FileRefused
from wangge.kernel.attachments.kinds import DOCX, PPTX, XLSX, Kind

MAX_ENTRIES: Final = 5_000
_PHOTOS: Final = (".jpg", ".jpeg", ".jpe", ".jfif", ".png")
MAX_UNPACKED: Final = 100 * 1024 * 1024
# Real sheets of numbers compress to 1/40; one megabyte of zeros to 1/1000.
MAX_RATIO: Final = 200
SMALL: Final = 10 * 1024 * 1024
_IN_MEMORY: Final = 2 * 1024 * 1024
_CHUNK: Final = 256 * 1024
_MACROS: Final = ("vbaproject.bin", "vbadata.xml")
_MAIN: Final = {DOCX: "word/document.xml", XLSX: "xl/workbook.xml", PPTX: "ppt/presentation.xml"}
_SAME_TIME: Final = (1980, 1, 1, 0, 0, 0)

_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006"
_STRICT: Final = "http://purl.oclc.org/ooxml/officeDocument"
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_CORE: Final = f'{_XML}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties"/>'.encode()
_APP: Final = f'{_XML}<Properties xmlns="{_OFFICE}/extended-properties"/>'.encode()
_CUSTOM: Final = f'{_XML}<Properties xmlns="{_OFFICE}/custom-properties"/>'.encode()
# By the type of the relation that leads to the part (ISO/IEC 29500-2), since not every program names the part so.
_EMPTY: Final = {
    f"{_PACKAGE}/relationships/metadata/core-properties": _CORE,
    f"{_OFFICE}/relationships/metadata/core-properties": _CORE,
    f"{_OFFICE}/relationships/extended-properties": _APP,
    f"{_STRICT}/relationships/extendedProperties": _APP.replace(
        f"{_OFFICE}/extended-properties".encode(), f"{_STRICT}/extendedProperties".encode()
    ),
    f"{_OFFICE}/relationships/custom-properties": _CUSTOM,
    f"{_STRICT}/relationships/customProperties": _CUSTOM.replace(
        f"{_OFFICE}/custom-properties".encode(), f"{_STRICT}/customProperties".encode()
    ),
}
_USUAL: Final = {"docprops/core.xml": _CORE, "docprops/app.xml": _APP, "docprops/custom.xml": _CUSTOM}
_SIGNATURES: Final = "_xmlsignatures/"


def clean_office(file: BinaryIO, kind: Kind, name: str) -> BinaryIO | None:
    """A real .docx/.xlsx/.pptx, whole, without macros, of bearable size, as a new file without its properties.

    None: it carries a signature and stays as it is. Raises FileRefused.
    """
    out = cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115 - handed to the caller
    try:
        with zipfile.ZipFile(file) as archive:
            signed = _check(archive, kind, name)
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
                _write_again(archive, target, name)
    except BaseException as error:
        out.close()
        if isinstance(error, FileRefused) or not isinstance(error, Exception):
            raise
        # BadZipFile, zlib.error, EOFError, NotImplementedError …: whatever the damaged byte leads to.
        raise FileRefused(f"“{name}”已损坏，无法读取；请重新保存后上传。", "damaged") from error
    if signed:
        out.close()
        return None
    out.seek(0)
    return out


def _check(archive: zipfile.ZipFile, kind: Kind, name: str) -> bool:
    """By what the directory says; whether there is a signature."""
    entries = archive.infolist()
    names = {entry.filename.lower() for entry in entries}
    if not {"[content_types].xml", _MAIN[kind]} <= names:
        raise FileRefused(f"“{name}”不是{kind.label}（只是压缩包），不能上传。", "disguised")
    if any(entry.rsplit("/", 1)[-1] in _MACROS for entry in names):
        raise FileRefused(f"“{name}”含有宏，不能上传；请另存为不含宏的文档。", "macro")
    if any(entry.flag_bits & 1 for entry in entries):
        raise FileRefused(f"“{name}”有密码保护，不能上传。", "encrypted")
    if len(names) != len(entries):  # two entries of one name: each program would read another one
        raise FileRefused(f"“{name}”已损坏，无法读取；请重新保存后上传。", "damaged")
    packed = sum(entry.compress_size for entry in entries)
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or (unpacked > SMALL and unpacked > packed * MAX_RATIO):
        raise FileRefused(f"“{name}”解压后过大（{unpacked // 1024 // 1024}MB），疑似压缩炸弹，不能上传。", "bomb")
    return any(entry.startswith(_SIGNATURES) for entry in names)


def _write_again(archive: zipfile.ZipFile, target: zipfile.ZipFile, name: str) -> None:
    emptied = _USUAL | _related(archive)
    for entry in archive.infolist():
        written = zipfile.ZipInfo(entry.filename, _SAME_TIME)
        written.compress_type = (
            zipfile.ZIP_STORED if entry.compress_type == zipfile.ZIP_STORED else zipfile.ZIP_DEFLATED
        )
        empty = emptied.get(entry.filename.lower())
        with archive.open(entry) as stream, target.open(written, "w", force_zip64=False) as out:
            seen = 0
            photo = bytearray() if entry.filename.lower().endswith(_PHOTOS) else None
            while chunk := stream.read(_CHUNK):
                seen += len(chunk)
                if seen > entry.file_size:
                    raise FileRefused(f"“{name}”解压后大小与声明不符，不能上传。", "bomb")
                if empty is not None:
                    continue
                if photo is not None:
                    photo += chunk
                else:
                    out.write(chunk)
            out.write(empty or bare(bytes(photo or b"")))


def _related(archive: zipfile.ZipFile) -> dict[str, bytes]:
    """The parts that hold properties, by their relations, with what stands there instead."""
    try:
        with closing(archive.open("_rels/.rels")) as stream:
            relations = ElementTree.fromstring(stream.read(SMALL), forbid_dtd=True)
    except (KeyError, ParseError):
        return {}
    found = {}
    for relation in relations:
        empty = _EMPTY.get(relation.get("Type", ""))
        if empty is not None and relation.get("TargetMode", "Internal") == "Internal":
            found[posixpath.normpath(f"/{relation.get('Target', '')}").lstrip("/").lower()] = empty
    return found
