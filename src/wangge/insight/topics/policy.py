"""Who sees topics and who may change them: over a place only, always as a pair.

A topic belongs to the deepest place that holds nearly all of its members, so a street's leader sees the
topics of the street, the district's all. The members shown are those whose cases the reader may open.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from wangge.insight.topics import queries
from wangge.insight.topics.models import Rise, Topic
from wangge.kernel.access.scopes import may, scope


def visible(user: Any) -> Q:
    """Row filter of everything here that has a path: topics, members, rises, forecasts."""
    return scope(user, "insight.read").q("path", "")


def rows(user: Any) -> QuerySet[Topic]:
    """The topics ``user`` sees; lists, counts and exports begin here."""
    return Topic.objects.filter(visible(user))


def whole(user: Any, *, of: str = "") -> Q:
    """Topics that are no part of one the user sees; ``of`` leads from the row to its topic (``topic__``)."""
    return queries.no_part(scope(user, "insight.read").q(f"{of}within__path", ""), of=of)


def rises(user: Any) -> QuerySet[Rise]:
    """The rises ``user`` is told: those of parts are told to whoever does not see the whole."""
    return Rise.objects.filter(visible(user)).filter(whole(user, of="topic__"))


def may_see(user: Any, topic: Topic) -> bool:
    """The predicate beside ``visible``."""
    return may(user, "insight.read", path=topic.path)


def may_manage(user: Any, topic: Topic) -> bool:
    """Rename, merge, set aside."""
    return may(user, "insight.manage", path=topic.path)


def may_note(user: Any, rise: Rise) -> bool:
    """Mark a rise as read."""
    return may(user, "insight.manage", path=rise.path)
