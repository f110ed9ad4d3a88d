"""Who enters days: the system administrator of the whole installation, for there is one calendar."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings

from wangge.kernel.access.scopes import area

MANAGE: Final = "config.manage"


def may_manage(user: Any) -> bool:
    return area(user, MANAGE).covers(str(settings.HOME_DIVISION))
