"""What the user is told of a file that is no table."""

from __future__ import annotations

from django.core.exceptions import ValidationError


class UnreadableTable(ValidationError):
    """The file as a whole is not taken; ``str(error)`` (Chinese) says why and what to do."""

    def __init__(self, message: str, code: str = "unreadable") -> None:
        super().__init__(message, code=code)

    def __str__(self) -> str:
        return str(self.message)
