"""How often somebody without an account may do something: counters in the database all servers share.

A fixed window per key. ``hit`` counts and answers how many seconds to wait (0: go on); ``wait`` only asks.
Generous by design: they stop machines, not people behind one address of a mobile network.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

from wangge.cases.models import Attempt
from wangge.kernel.access.personal import blind_index

_HIT: Final = """
-- One more in this window, or the first of a new one.
INSERT INTO cases_attempt AS held (key, count, began_at) VALUES (%(key)s, 1, clock_timestamp())
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN held.began_at <= clock_timestamp() - %(span)s THEN 1 ELSE held.count + 1 END,
    began_at = CASE WHEN held.began_at <= clock_timestamp() - %(span)s THEN clock_timestamp() ELSE held.began_at END
RETURNING count, EXTRACT(EPOCH FROM began_at + %(span)s - clock_timestamp())
"""
_WAIT: Final = """
SELECT count, EXTRACT(EPOCH FROM began_at + %(span)s - clock_timestamp())
FROM cases_attempt WHERE key = %(key)s AND began_at > clock_timestamp() - %(span)s
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` times in ``span``."""

    name: str
    most: int
    span: timedelta


REPORTS_PER_ADDRESS: Final = Limit("report-address", 30, timedelta(hours=1))
REPORTS_PER_PHONE: Final = Limit("report-phone", 10, timedelta(days=1))
# Wrong pairs of number and phone: for one matter, and from one address.
MISSES_PER_NUMBER: Final = Limit("miss-number", 8, timedelta(hours=1))
MISSES_PER_ADDRESS: Final = Limit("miss-address", 30, timedelta(hours=1))
WORDS_PER_CASE: Final = Limit("supplement", 5, timedelta(days=1))
LONGEST: Final = timedelta(days=1)


def hit(limit: Limit, who: str) -> int:
    """Count one for ``who``; 0 while within the limit, else the seconds until the window ends."""
    return _ask(_HIT, limit, who, beyond=limit.most)


def wait(limit: Limit, who: str) -> int:
    """The same without counting: whether the limit has been reached already."""
    return _ask(_WAIT, limit, who, beyond=limit.most - 1)


def forget_old(*, now: datetime) -> int:
    """Delete windows that ended long ago; returns how many."""
    return Attempt.objects.filter(began_at__lt=now - 2 * LONGEST).delete()[0]


def in_words(seconds: int) -> str:
    """``约12分钟后``."""
    if seconds > 5400:
        return f"约{math.ceil(seconds / 3600)}小时后"
    return f"约{max(math.ceil(seconds / 60), 1)}分钟后"


def _ask(sql: str, limit: Limit, who: str, *, beyond: int) -> int:
    if not who:
        return 0
    values: dict[str, Any] = {"key": blind_index(f"{limit.name}|{who}", "attempt"), "span": limit.span}
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row = cursor.fetchone()
    return 0 if row is None or row[0] <= beyond else max(math.ceil(row[1]), 1)
