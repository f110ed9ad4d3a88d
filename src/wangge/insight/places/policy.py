"""Who sees learned names and who may refuse one: those who keep the places of the territory."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from wangge.insight.places.models import LearnedName
from wangge.kernel.access.scopes import may, scope


def visible(user: Any) -> Q:
    return scope(user, "territory.read").q("path", "")


def may_see(user: Any, name: LearnedName) -> bool:
    return may(user, "territory.read", path=name.path)


def may_refuse(user: Any, name: LearnedName) -> bool:
    return may(user, "territory.manage", path=name.path)
