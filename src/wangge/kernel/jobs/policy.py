"""Who watches the background work: the system administrator of the whole installation."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings

from wangge.kernel.access.scopes import area

MANAGE: Final = "config.manage"


def may_manage(user: Any) -> bool:
    """Jobs belong to no place, hence to whoever was given the home division."""
    return area(user, MANAGE).covers(str(settings.HOME_DIVISION))
