"""A call arrives: who it is and one token of its bucket, in one statement, in the database all servers share."""

from __future__ import annotations

import math
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from wangge.kernel import rows
from wangge.kernel.access import database
from wangge.kernel.api.models import System, token_digest
from wangge.kernel.api.problems import Problem

_COLUMNS: Final = tuple(str(field.column) for field in System._meta.concrete_fields)
_RATE: Final = "(SELECT rate_per_minute FROM known)"
# What the bucket of ``known`` holds now: a quarter of a minute's tokens (at least 5) at most, refilled steadily.
_SIZE: Final = f"greatest({_RATE} / 4, 5)"
_HELD: Final = (
    f"least({_SIZE}, held.tokens + extract(epoch FROM clock_timestamp() - held.refilled_at) * {_RATE} / 60.0)"
)
# No token is taken for a system that has ended or calls from elsewhere, none comes back when the bucket is empty. A
# new system starts with a full one. What the connection sees from now on is set on the way. Nobody waits for the disk
# to hold the token: of a crash a system may keep a fraction of a second's calls.
_ARRIVE: Final = f"""
WITH known AS MATERIALIZED (
    SELECT *,
        is_active AND ended_at IS NULL AND (expires_on IS NULL OR expires_on > %(today)s) AS works,
        allowed_addresses = '{{}}'
            OR coalesce(nullif(%(address)s, '')::inet <<= ANY (allowed_addresses::inet[]), false) AS welcome
    FROM api_system WHERE digest = %(digest)s
), taken AS (
    INSERT INTO api_bucket AS held (system_id, tokens, refilled_at)
    SELECT id, {_SIZE} - 1, clock_timestamp() FROM known WHERE works AND welcome
    ON CONFLICT (system_id) DO UPDATE SET tokens = {_HELD} - 1, refilled_at = clock_timestamp()
    WHERE {_HELD} >= 1
    RETURNING tokens
)
SELECT {", ".join(_COLUMNS)}, welcome, (SELECT tokens FROM taken),
    set_config('wangge.paths', CASE WHEN welcome THEN path ELSE '' END, false),
    set_config('wangge.offices', CASE WHEN welcome THEN coalesce(office_id::text, '') ELSE '' END, false),
    set_config('synchronous_commit', 'off', true)
FROM known WHERE works
"""  # noqa: S608 - our own SQL in pieces

_WAIT: Final = """
-- Seconds until the next token.
SELECT GREATEST(0, (1 - tokens) * 60.0 / %(rate)s - EXTRACT(EPOCH FROM clock_timestamp() - refilled_at))
FROM api_bucket WHERE system_id = %(system)s
"""


def arrive(token: str, address: str) -> System | None:
    """The system that calls with ``token``, whose scope the connection sees now; None when the token is no good.

    Raises Problem 403 from a foreign address, 429 with ``Retry-After`` beyond the rate.
    """
    given: dict[str, Any] = {"digest": token_digest(token), "address": address, "today": timezone.localdate()}
    with rows.cursor() as cursor:
        cursor.execute(_ARRIVE, given)
        row = cursor.fetchone()
    if row is None:
        return None
    *values, welcome, left, paths, offices, _ = row
    database.told(paths, offices)
    if not welcome:
        raise Problem(403, "来源地址不在该系统的允许范围内。", code="address_not_allowed")
    system = System.from_db("default", _COLUMNS, values)
    if left is None:
        raise _too_many(system)
    return system


def _too_many(system: System) -> Problem:
    with connection.cursor() as cursor:
        cursor.execute(_WAIT, {"system": system.pk, "rate": system.rate_per_minute})
        wait = cursor.fetchone()
    seconds = max(math.ceil(wait[0]) if wait else 1, 1)
    return Problem(
        429,
        f"每分钟最多{system.rate_per_minute}次请求，请在{seconds}秒后重试。",
        headers={"Retry-After": str(seconds)},
    )
