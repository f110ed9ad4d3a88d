"""A folder for files, users with roles for names, and files of every kind made on the spot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.kernel.attachments import samples

from wangge.kernel.access.models import User
from wangge.kernel.attachments import registry
from wangge.kernel.attachments.actions import store
from wangge.kernel.attachments.models import Attachment


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def xiaoli(db: None) -> User:
    return User.objects.create_user("xiaoli", display_name="网格员小李")


@pytest.fixture
def stranger(db: None) -> User:
    return User.objects.create_user("wairen", display_name="外人")


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of a user are served to that user; those for ``identity`` are personal."""
    monkeypatch.setattr(registry, "_served", {})
    registry.serve_for("access.user", lambda user: User.objects.filter(pk=user.pk), personal=["identity"])


@pytest.fixture
def attach(xiaoli: User) -> Callable[..., Attachment]:
    def attach(content: bytes | None = None, name: str = "现场.jpg", purpose: str = "evidence") -> Attachment:
        file = SimpleUploadedFile(name, samples.photo() if content is None else content)
        return store(file, owner=xiaoli, purpose=purpose, by=xiaoli)

    return attach
