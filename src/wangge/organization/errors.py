"""Why a change of the organization was not made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from wangge.kernel.tables.errors import UnreadableTable


class OrganizationError(Exception):
    """Refused, and nothing was changed; ``str(error)`` is for the user. ``field`` names what is wrong, if one is."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@contextmanager
def of_the_file() -> Iterator[None]:
    """A file that is no table is refused as any other change is."""
    try:
        yield
    except UnreadableTable as error:
        raise OrganizationError(str(error), field="file") from error
