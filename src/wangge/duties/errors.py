"""Why a change of duties was not made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from wangge.kernel.tables.errors import UnreadableTable


class DutiesError(Exception):
    """Refused, and nothing was changed; ``str(error)`` is for the user. ``field`` names what is wrong, if one is.

    ``problems`` lists the single findings when there are several (publishing a catalogue).
    """

    def __init__(self, message: str, *, field: str = "", problems: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.field = field
        self.problems = tuple(problems)


@contextmanager
def of_the_file() -> Iterator[None]:
    """A file that is no table is refused as any other change is."""
    try:
        yield
    except UnreadableTable as error:
        raise DutiesError(str(error), field="file") from error
