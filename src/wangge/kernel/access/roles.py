"""Roles are code: named sets of permissions. The composed table is ``settings.ROLES``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string


class Reach(StrEnum):
    """How a grant of the role reaches rows."""

    PATH = "path"  # every row below the grant's path prefix
    OFFICE = "office"  # rows the grant's office is part of
    NONE = "none"  # no domain rows at all (administrators)


@dataclass(frozen=True, slots=True)
class Role:
    """A role. ``code`` is stored in grants; ``home`` is the surface the user lands on after login."""

    code: str
    label: str
    permissions: frozenset[str]
    reach: Reach = Reach.PATH
    home: str = "desk"  # desk | field
    totp_required: bool = False
    # Three-role separation (GB/T 22239-2019, level 3): system / security / audit exclude each other.
    separation: str = ""


@cache
def roles() -> Mapping[str, Role]:
    """All roles by code."""
    table: Mapping[str, Role] = import_string(settings.ROLES)
    return table


def role(code: str) -> Role | None:
    """The role with this code, or None when it is no longer defined (its grants then give nothing)."""
    return roles().get(code)
