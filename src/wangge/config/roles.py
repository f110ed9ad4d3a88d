"""The roles of a district, composed from the modules' permissions. Structure, hence code."""

from __future__ import annotations

from wangge.kernel.access.roles import Role

ROLES: dict[str, Role] = {}
