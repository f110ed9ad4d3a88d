"""Rate limits: one token bucket per system, in the database that all servers share."""

from __future__ import annotations

import math

from django.db import connection

from wangge.kernel.api.models import System
from wangge.kernel.api.problems import Problem

# -- Take one token. The bucket holds a quarter of a minute's tokens (at least 5) and refills steadily.
# -- No row comes back when it is empty. A new system starts with a full one.
_TAKE = """
INSERT INTO api_bucket AS held (system_id, tokens, refilled_at)
VALUES (%(system)s, %(size)s - 1, clock_timestamp())
ON CONFLICT (system_id) DO UPDATE SET
    tokens = LEAST(%(size)s, held.tokens
        + EXTRACT(EPOCH FROM clock_timestamp() - held.refilled_at) * %(rate)s / 60.0) - 1,
    refilled_at = clock_timestamp()
WHERE LEAST(%(size)s, held.tokens
        + EXTRACT(EPOCH FROM clock_timestamp() - held.refilled_at) * %(rate)s / 60.0) >= 1
RETURNING tokens
"""

_WAIT = """
-- Seconds until the next token.
SELECT GREATEST(0, (1 - tokens) * 60.0 / %(rate)s - EXTRACT(EPOCH FROM clock_timestamp() - refilled_at))
FROM api_bucket WHERE system_id = %(system)s
"""


def bucket_size(rate_per_minute: int) -> int:
    """How many calls may come at once."""
    return max(rate_per_minute // 4, 5)


def take(system: System) -> int:
    """Take one token from the system's bucket; how many are left. Raises Problem 429 with ``Retry-After``."""
    values = {"system": system.pk, "rate": system.rate_per_minute, "size": bucket_size(system.rate_per_minute)}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, values)
        row = cursor.fetchone()
        if row is not None:
            return int(row[0])
        cursor.execute(_WAIT, values)
        wait = cursor.fetchone()
    seconds = max(math.ceil(wait[0]) if wait else 1, 1)
    raise Problem(
        429,
        f"每分钟最多{system.rate_per_minute}次请求，请在{seconds}秒后重试。",
        headers={"Retry-After": str(seconds)},
    )
