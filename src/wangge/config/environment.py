"""Reading the environment: ``NAME``, or the file that ``NAME_FILE`` names (without its last line break)."""

from __future__ import annotations

from typing import Any

import environ
from environ.fileaware_mapping import FileAwareMapping


class _Stripped(FileAwareMapping):  # type: ignore[misc]
    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        return value.strip() if isinstance(value, str) else value


class Environment(environ.FileAwareEnv):  # type: ignore[misc]
    """``env.str("NAME", default=…)`` and the like, secrets from files included."""

    ENVIRON = _Stripped()
