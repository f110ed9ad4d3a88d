"""Taking files in and off."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from tests.kernel.attachments import samples

from wangge.kernel.access.models import User
from wangge.kernel.attachments import actions
from wangge.kernel.attachments.actions import prepare, remove, store
from wangge.kernel.attachments.errors import FileRefused
from wangge.kernel.attachments.images import ExifPosition
from wangge.kernel.attachments.models import Attachment
from wangge.kernel.attachments.queries import by_owner, of
from wangge.kernel.attachments.storage import path_of, stored_files
from wangge.kernel.audit.models import AuditEntry

Attach = Callable[..., Attachment]


def test_a_photo_is_stored_with_its_measures_and_without_exif(attach: Attach, xiaoli: User) -> None:
    attachment = attach(samples.photo(2000, 1500))
    content = path_of(attachment.sha256).read_bytes()
    assert (attachment.name, attachment.content_type) == ("现场.jpg", "image/jpeg")
    assert (attachment.width, attachment.height, attachment.size) == (2000, 1500, len(content))
    assert attachment.sha256 == hashlib.sha256(content).hexdigest()
    assert attachment.uploaded_by == xiaoli
    assert b"SERIAL-0042" not in content
    assert [path_of(attachment.sha256, variant).exists() for variant in attachment.variants] == [True] * 3


def test_the_caller_gets_the_position_and_the_table_does_not(attach: Attach) -> None:
    attachment = attach(samples.photo())
    assert isinstance(attachment.position, ExifPosition)
    assert Attachment.objects.get().position is None


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("通知.pdf", samples.pdf()),
        ("材料.docx", samples.docx()),
        ("台账.xlsx", samples.xlsx()),
        ("说明.txt", "路灯不亮".encode("gbk")),
        ("现场.mp4", samples.mp4()),
        ("录音.m4a", samples.mp4(b"M4A ")),
        ("录音.amr", samples.amr()),
    ],
)
def test_documents_and_recordings_are_stored(attach: Attach, name: str, content: bytes) -> None:
    attachment = attach(content, name)
    assert (attachment.name, attachment.variants) == (name, ("original",))
    assert path_of(attachment.sha256).stat().st_size == attachment.size


def test_equal_contents_are_stored_once(attach: Attach) -> None:
    first, second = attach(samples.pdf(), "甲.pdf"), attach(samples.pdf(), "乙.pdf")
    assert first.sha256 == second.sha256
    assert first.uuid != second.uuid
    assert len(list(stored_files())) == 1


def test_the_name_ends_as_the_content_does(attach: Attach) -> None:
    assert attach(samples.picture(kind="PNG"), "微信图片.jpg").name == "微信图片.png"
    assert attach(samples.picture(), "image").name == "image.jpg"


def test_a_disguised_program_is_refused_and_leaves_nothing(attach: Attach) -> None:
    with pytest.raises(ValidationError, match="exe"):
        attach(samples.executable(), "现场.jpg")
    assert Attachment.objects.count() == 0
    assert list(stored_files()) == []
    assert AuditEntry.objects.filter(action="access.user.attach").count() == 0


def test_the_limit_is_counted_and_not_believed(attach: Attach, settings: Any, xiaoli: User) -> None:
    settings.ATTACHMENT_MB = 10
    exact = b"#!AMR\n" + bytes(10 * 1024 * 1024 - 6)
    assert attach(exact, "录音.amr").size == 10 * 1024 * 1024
    liar = SimpleUploadedFile("录音.amr", exact + b"1")
    liar.size = 5
    with pytest.raises(FileRefused, match="10MB"):
        store(liar, owner=xiaoli, purpose="evidence", by=xiaoli)
    assert Attachment.objects.count() == 1


def test_a_prepared_file_waits_for_its_row(xiaoli: User) -> None:
    prepared = prepare(ContentFile(samples.photo(), name="现场.jpg"))
    assert Attachment.objects.count() == 0
    attachment = store(prepared, owner=xiaoli, purpose="evidence", by=None)
    assert (attachment.sha256, attachment.uploaded_by, attachment.position) == (
        prepared.sha256,
        None,
        prepared.position,
    )


def test_a_rollback_leaves_a_file_without_a_row(attach: Attach) -> None:
    with transaction.atomic():
        attach(samples.pdf(), "通知.pdf")
        transaction.set_rollback(True)
    assert Attachment.objects.count() == 0
    assert len(list(stored_files())) == 1


def test_an_owner_has_at_most_a_hundred(attach: Attach, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MAX_PER_OWNER", 1)
    attach(samples.pdf(), "甲.pdf")
    with pytest.raises(FileRefused, match="1个"):
        attach(samples.pdf(), "乙.pdf")
    assert Attachment.objects.count() == 1


def test_storing_and_removing_are_recorded(attach: Attach, xiaoli: User) -> None:
    attachment = attach(samples.pdf(), "通知.pdf")
    remove(attachment=attachment, reason="传错了")
    remove(attachment=attachment, reason="再点一次")
    recorded = AuditEntry.objects.order_by("pk").values_list("action", "object_id", "reason")
    assert list(recorded) == [
        ("access.user.attach", str(xiaoli.pk), ""),
        ("attachments.attachment.remove", str(attachment.pk), "传错了"),
    ]


def test_a_removed_attachment_is_kept_but_not_listed(attach: Attach, xiaoli: User, media: Path) -> None:
    kept, gone = attach(samples.pdf(), "甲.pdf"), attach(samples.amr(), "乙.amr")
    remove(attachment=gone, reason="传错了")
    assert list(of(xiaoli)) == [kept]
    assert Attachment.objects.count() == 2
    assert path_of(gone.sha256).exists() is True


def test_attachments_of_many_owners_come_in_one_query(
    attach: Attach, xiaoli: User, stranger: User, django_assert_num_queries: Any
) -> None:
    photo, identity = attach(), attach(samples.pdf(), "证件.pdf", purpose="identity")
    with django_assert_num_queries(1):
        assert by_owner(User, [xiaoli.pk, stranger.pk]) == {xiaoli.pk: [photo, identity]}
    assert list(of(xiaoli, purpose="identity")) == [identity]


def test_the_database_takes_nothing_but_a_hash(attach: Attach) -> None:
    attachment = attach()
    with pytest.raises(IntegrityError), transaction.atomic():
        Attachment.objects.filter(pk=attachment.pk).update(sha256="../../../etc/passwd")
