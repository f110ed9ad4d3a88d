"""PDF: what it tells of its making leaves; signed ones stay; hostile ones are refused."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from contextlib import suppress

import pikepdf
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas
from tests.kernel.attachments import samples

from wangge.kernel.attachments import apart
from wangge.kernel.attachments.errors import FileRefused
from wangge.kernel.attachments.models import Attachment
from wangge.kernel.attachments.pdf import clean_pdf
from wangge.kernel.attachments.storage import path_of


def letter(*, encryption: pikepdf.Encryption | None = None, signed: bool = False) -> bytes:
    """A page with a photo as a scanner program writes it: author, XMP and the photo's position."""
    drawn = io.BytesIO()
    canvas = Canvas(drawn, pageCompression=0)
    canvas.drawString(72, 720, "street light")
    canvas.save()
    out = io.BytesIO()
    with pikepdf.open(drawn) as pdf:
        photo = pikepdf.Stream(pdf, samples.photo(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image)
        photo.Filter, photo.Width, photo.Height = pikepdf.Name.DCTDecode, 400, 300
        photo.ColorSpace, photo.BitsPerComponent = pikepdf.Name.DeviceRGB, 8
        pdf.pages[0].Resources = pikepdf.Dictionary(
            Font=pdf.pages[0].Resources.Font, XObject=pikepdf.Dictionary(Photo=pdf.make_indirect(photo))
        )
        pdf.pages[0].PieceInfo = pikepdf.Dictionary(Editor=pikepdf.Dictionary(Private=b"WANG-PRIVATE"))
        with pdf.open_metadata() as meta:
            meta["dc:creator"] = ["WANG-XMP"]
        pdf.docinfo["/Author"] = "WANG-INFO"
        if signed:
            pdf.Root.Signature = pdf.make_indirect(
                pikepdf.Dictionary(Type=pikepdf.Name.Sig, ByteRange=[0, 1, 2, 3], Contents=b"signature")
            )
        pdf.save(out, compress_streams=False, encryption=encryption)
    return out.getvalue()


def cleaned(content: bytes) -> bytes:
    file = clean_pdf(io.BytesIO(content), "通知.pdf")
    assert file is not None
    with file:
        return file.read()


def code_of(content: bytes) -> str:
    with pytest.raises(FileRefused) as caught:
        clean_pdf(io.BytesIO(content), "通知.pdf")
    return str(caught.value.code)


def test_author_xmp_and_the_position_of_photos_leave_and_the_page_stays() -> None:
    before, after = letter(), cleaned(letter())
    traces = (b"WANG-INFO", b"WANG-XMP", b"WANG-PRIVATE", b"SERIAL-0042")
    assert [trace in before for trace in traces] == [True] * len(traces)
    assert [trace in after for trace in traces] == [False] * len(traces)
    with pikepdf.open(io.BytesIO(after)) as pdf:
        assert len(pdf.pages) == 1
        assert b"street light" in pdf.pages[0].Contents.read_bytes()
        photo = Image.open(io.BytesIO(pdf.pages[0].Resources.XObject.Photo.read_raw_bytes()))
    assert photo.tobytes() == Image.open(io.BytesIO(samples.photo())).tobytes()


def test_earlier_versions_in_the_file_leave() -> None:
    """What an editor appended to is still there below; the file is written again whole."""
    before = letter()
    appended = before + b"\n% WANG-COMMENT\n" + b"%%EOF\n"
    assert b"WANG-COMMENT" not in cleaned(appended)


def test_equal_files_stay_equal() -> None:
    content = letter()
    assert cleaned(content) == cleaned(content)


def test_a_signed_one_is_kept_as_it_is_and_says_so(attach: Callable[..., Attachment]) -> None:
    content = letter(signed=True)
    attachment = attach(content, "协议.pdf")
    assert path_of(attachment.sha256).read_bytes() == content
    assert (attachment.signed, attachment.remark) == (True, "有电子签名，作者等文档属性按原样保留")


def test_what_is_stored_is_the_cleaned_one(attach: Callable[..., Attachment]) -> None:
    attachment = attach(letter(), "通知.pdf")
    content = path_of(attachment.sha256).read_bytes()
    assert (attachment.signed, attachment.size, b"WANG" in content) == (False, len(content), False)


def test_restrictions_of_use_stay() -> None:
    """It opens without a password, and may not be printed: it stays so."""
    after = cleaned(letter(encryption=pikepdf.Encryption(owner="geheim", user="", allow=pikepdf.Permissions())))
    with pikepdf.open(io.BytesIO(after)) as pdf:
        assert (pdf.is_encrypted, pdf.docinfo.get("/Author")) == (True, None)


def test_one_that_needs_a_password_is_refused() -> None:
    assert code_of(letter(encryption=pikepdf.Encryption(owner="a", user="b"))) == "encrypted"


def test_a_cut_one_is_refused() -> None:
    assert code_of(letter()[:-10]) == "damaged"


def test_one_without_a_document_is_refused() -> None:
    assert code_of(b"%PDF-1.7\n" + b"nothing at all\n" * 50 + b"%%EOF\n") == "damaged"


def catalog_in_a_stream(megabytes: int) -> bytes:
    """A PDF whose catalog stands in a compressed stream, before so much white space."""
    packer = zlib.compressobj(9)
    packed = packer.compress(b"1 0 <</Type/Catalog/Pages 4 0 R>>")
    packed += b"".join(packer.compress(b" " * 1024 * 1024) for _ in range(megabytes)) + packer.flush()
    content, starts = b"%PDF-1.7\n", {}
    for number, body in {
        2: b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(packed), packed),
        4: b"<</Type/Pages/Kids[]/Count 0>>",
        3: b"",
    }.items():
        starts[number] = len(content)
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body) if body else b""
    rows = b"".join(
        kind.to_bytes(1) + where.to_bytes(4) + more.to_bytes(2)
        for kind, where, more in ((0, 0, 65535), (2, 2, 0), (1, starts[2], 0), (1, starts[3], 0), (1, starts[4], 0))
    )
    table = b"<</Type/XRef/Size 5/W[1 4 2]/Root 1 0 R/Length %d>>stream\n%s\nendstream" % (len(rows), rows)
    return content + b"3 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table, starts[3])


def test_a_decompression_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "MEMORY", 512 * 1024 * 1024)
    assert cleaned(catalog_in_a_stream(1)).startswith(b"%PDF-1.7")
    assert code_of(catalog_in_a_stream(600)) == "damaged"


def test_flipped_bytes_are_cleaned_or_refused_and_nothing_else() -> None:
    content = letter()
    for at in range(100, len(content), len(content) // 12):
        broken = bytearray(content)
        broken[at] ^= 0xFF
        with suppress(FileRefused):
            clean_pdf(io.BytesIO(bytes(broken)), "通知.pdf")
