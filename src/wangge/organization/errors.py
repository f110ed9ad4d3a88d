"""Why a change of the organization was not made."""

from __future__ import annotations


class OrganizationError(Exception):
    """Refused, and nothing was changed; ``str(error)`` is for the user. ``field`` names what is wrong, if one is."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field
