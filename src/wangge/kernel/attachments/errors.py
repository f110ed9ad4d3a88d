"""What the uploader is told."""

from __future__ import annotations

from django.core.exceptions import ValidationError


class FileRefused(ValidationError):
    """The file is not taken; the message (Chinese) says why and what to do. Nothing was stored."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message, code=code)
