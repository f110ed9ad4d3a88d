"""Office files: measured, and without what they tell of their making."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from contextlib import suppress

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from PIL import Image
from tests.kernel.attachments import samples
from tests.kernel.attachments.test_embedded import screenshot

from wangge.kernel.attachments.errors import FileRefused
from wangge.kernel.attachments.kinds import DOCX, PPTX, XLSX, Kind
from wangge.kernel.attachments.models import Attachment
from wangge.kernel.attachments.office import clean_office
from wangge.kernel.attachments.storage import path_of


def refusal(content: bytes) -> str:
    with pytest.raises(FileRefused) as caught:
        clean_office(io.BytesIO(content), DOCX, "材料.docx")
    return str(caught.value.code)


def cleaned(content: bytes, kind: Kind = DOCX) -> bytes:
    file = clean_office(io.BytesIO(content), kind, f"材料.{kind.extension}")
    assert file is not None
    with file:
        return file.read()


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def word(author: str = "王某某") -> bytes:
    """A letter as a word processor writes it."""
    document = docx.Document()
    document.add_paragraph("路灯不亮，请尽快维修。")
    document.add_picture(io.BytesIO(samples.photo()))
    about = document.core_properties
    about.author = about.last_modified_by = author
    about.comments, about.keywords = "家住幸福小区3号楼", "内部"
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_the_author_leaves_and_the_letter_stays() -> None:
    before = word()
    after = cleaned(before)
    assert any("王某某".encode() in part for part in parts(before).values())
    for trace in ("王某某", "幸福小区3号楼", "SERIAL-0042", "python-docx"):
        assert [name for name, part in parts(after).items() if trace.encode() in part] == []
    document = docx.Document(io.BytesIO(after))
    assert document.paragraphs[0].text == "路灯不亮，请尽快维修。"
    assert document.core_properties.author == ""
    assert list(parts(after)) == list(parts(before))


def test_photos_inside_keep_every_pixel() -> None:
    before, after = parts(word()), parts(cleaned(word()))
    (name,) = [name for name in before if name.startswith("word/media/")]
    first, second = Image.open(io.BytesIO(before[name])), Image.open(io.BytesIO(after[name]))
    assert first.tobytes() == second.tobytes()
    assert dict(second.getexif()) == {}


def test_a_workbook_keeps_its_cells() -> None:
    after = cleaned(samples.xlsx(20_000), XLSX)
    book = load_workbook(io.BytesIO(after), read_only=True)
    assert book.active is not None
    assert [row[1] for row in book.active.iter_rows(max_row=2, values_only=True)] == ["第0行", "第1行"]
    assert b"openpyxl" not in b"".join(parts(after).values())


def test_own_properties_and_unusual_names_are_emptied() -> None:
    relations = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" '
        b'Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" '
        b'Target="/package/services/metadata/core-properties/1.psmdcp"/></Relationships>'
    )
    named = {"_rels__.rels": relations, "package__services__metadata__core-properties__1.psmdcp": b"<a>who</a>"}
    after = parts(cleaned(samples.docx(docProps__custom=b"", **named, **{"docProps__custom.xml": b"<a>who</a>"})))
    assert [name for name, part in after.items() if b"who" in part] == []
    assert b"coreProperties" in after["package/services/metadata/core-properties/1.psmdcp"]


def test_slides_are_taken() -> None:
    slides = samples.archive({"[Content_Types].xml": b"<Types/>", "ppt/presentation.xml": b"<p/>"})
    assert list(parts(cleaned(slides, PPTX))) == ["[Content_Types].xml", "ppt/presentation.xml"]


def test_pictures_of_programs_lose_their_words_too() -> None:
    after = cleaned(samples.docx(**{"word__media__image1.png": screenshot()}))
    assert (b"Author" in screenshot(), b"Author" in parts(after)["word/media/image1.png"]) == (True, False)


def test_equal_files_stay_equal() -> None:
    assert cleaned(samples.docx()) == cleaned(samples.docx())


def test_a_signed_one_is_kept_as_it_is_and_says_so(attach: Callable[..., Attachment]) -> None:
    content = samples.docx(**{"_xmlsignatures__origin.sigs": b"", "docProps__core.xml": b"<a>who</a>"})
    attachment = attach(content, "材料.docx")
    assert path_of(attachment.sha256).read_bytes() == content
    assert (attachment.signed, attachment.remark) == (True, "有电子签名，作者等文档属性按原样保留")


def test_what_is_stored_is_the_cleaned_one(attach: Callable[..., Attachment]) -> None:
    attachment = attach(word(), "材料.docx")
    assert path_of(attachment.sha256).read_bytes() == cleaned(word())
    assert (attachment.signed, attachment.remark) == (False, "")


def test_two_parts_of_one_name_are_refused() -> None:
    out = io.BytesIO(samples.docx())
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("word/document.xml", b"<other/>")
    assert refusal(out.getvalue()) == "damaged"


def test_entities_in_the_relations_are_refused() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><Relationships>&b;</Relationships>'
    assert refusal(samples.docx(**{"_rels__.rels": bomb})) == "damaged"


def test_a_zip_bomb_is_refused() -> None:
    assert refusal(samples.docx(word__media__a=bytes(40 * 1024 * 1024))) == "bomb"


def test_a_huge_archive_is_refused_even_at_a_modest_ratio() -> None:
    block = b"".join(number.to_bytes(4) for number in range(1024 * 1024))
    entries = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>"}
    assert refusal(samples.archive(entries | {f"word/{n}": block for n in range(26)}, level=1)) == "bomb"


def test_a_header_that_lies_about_its_size_is_refused() -> None:
    honest = samples.docx(word__media__a=bytes(40 * 1024 * 1024))
    lying = bytearray(honest)
    with zipfile.ZipFile(io.BytesIO(honest)) as archive:
        big = archive.getinfo("word/media/a")
    size = big.file_size.to_bytes(4, "little")
    while (at := lying.find(size)) >= 0:
        lying[at : at + 4] = (1000).to_bytes(4, "little")
    assert refusal(bytes(lying)) == "damaged"


def test_overlapping_entries_are_refused() -> None:
    content = bytearray(samples.docx(word__a=b"a" * 5000, word__b=b"b" * 5000))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        a, b = archive.getinfo("word/a").header_offset, archive.getinfo("word/b").header_offset
    central = content.rfind(b"PK\x01\x02")
    assert content[central + 42 : central + 46] == b.to_bytes(4, "little")
    content[central + 42 : central + 46] = a.to_bytes(4, "little")
    assert refusal(bytes(content)) == "damaged"


def test_other_archives_macros_and_passwords_are_refused() -> None:
    locked = bytearray(samples.docx())
    at = -1
    while (at := locked.find(b"PK\x01\x02", at + 1)) >= 0:
        locked[at + 8] |= 1
    assert refusal(samples.archive({"evil.exe": samples.executable()})) == "disguised"
    assert refusal(samples.docx(**{"word__vbaProject.bin": b"macro"})) == "macro"
    assert refusal(bytes(locked)) == "encrypted"


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_a_damaged_archive_is_taken_or_refused_and_nothing_else(data: st.DataObject) -> None:
    content = bytearray(samples.docx())
    for _ in range(3):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(FileRefused):
        clean_office(io.BytesIO(bytes(content)), DOCX, "材料.docx")
