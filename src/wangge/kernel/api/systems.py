"""Writes on systems. ``by`` is the system administrator; ``None`` is the command line."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from wangge.kernel.access.errors import AccessError
from wangge.kernel.access.models import User
from wangge.kernel.access.scopes import Scope, area
from wangge.kernel.api.models import System, new_token, token_digest
from wangge.kernel.audit.recording import record

MANAGE: Final = "api.manage"
SCOPE = re.compile(r"[a-z][a-z0-9_]*:[a-z][a-z0-9_]*")


def may_manage(by: User | None, system: System) -> bool:
    """Whether ``by`` looks after the system: its path lies in their area. The rows of ``visible``."""
    return by is None or area(by, MANAGE).covers(system.path)


def visible(by: User | None) -> Scope:
    """Where the systems lie that ``by`` looks after; ``.q(offices="")``."""
    return Scope() if by is None else area(by, MANAGE)


def _manager(by: User | None, path: str) -> None:
    if by is None:
        return
    own = area(by, MANAGE)
    if not own:
        raise AccessError("只有系统管理员可以管理接入系统。")
    if not own.covers(path):
        raise AccessError("管辖范围超出您自己的管辖范围。")


def _checked_addresses(addresses: Sequence[str]) -> list[str]:
    try:
        return [str(ipaddress.ip_network(address.strip(), strict=False)) for address in addresses if address.strip()]
    except ValueError as error:
        raise AccessError("来源地址须为 IP 地址或网段，如 10.1.2.0/24。") from error


@transaction.atomic
def create_system(
    *,
    name: str,
    scopes: Sequence[str],
    path: str = "",
    office_id: int | None = None,
    rate_per_minute: int = 600,
    allowed_addresses: Sequence[str] = (),
    expires_on: date | None = None,
    by: User | None,
) -> tuple[System, str]:
    """A system and its token, which is shown once. Raises AccessError."""
    path, name = path.strip(), name.strip()
    if path and re.fullmatch(r"[0-9]{2,17}", path) is None:
        raise AccessError("管辖范围须为2至17位区划代码。")
    if not path and office_id is None:
        raise AccessError("请指定管辖范围或机构，否则该系统什么也看不到。")
    _manager(by, path)
    if not 1 <= len(name) <= 80:
        raise AccessError("请填写名称（不超过80个字）。")
    wanted = sorted({scope.strip() for scope in scopes if scope.strip()})
    if not wanted or any(SCOPE.fullmatch(scope) is None for scope in wanted):
        raise AccessError("请填写权限范围，形如 cases:read。")
    if not 1 <= rate_per_minute <= 100_000:
        raise AccessError("每分钟请求数须在1至100000之间。")
    token = new_token()
    system = System(
        name=name,
        digest=token_digest(token),
        hint=token[-4:],
        scopes=wanted,
        path=path,
        office_id=office_id,
        rate_per_minute=rate_per_minute,
        allowed_addresses=_checked_addresses(allowed_addresses),
        expires_on=expires_on,
        created_by=by,
    )
    try:
        with transaction.atomic():
            system.save()
    except IntegrityError as error:
        raise AccessError(f"名称“{name}”已存在。") from error
    record("api.system.create", system, changes={"scopes": [None, wanted], "office_id": [None, office_id]})
    return system, token


@transaction.atomic
def rotate_token(*, system: System, by: User | None, reason: str) -> str:
    """A new token, shown once; the old one is worth nothing from now on."""
    _manager(by, system.path)
    if system.ended_at is not None:
        raise AccessError("该系统已停用。")
    token = new_token()
    system.digest, system.hint = token_digest(token), token[-4:]
    system.save(update_fields=["digest", "hint"])
    record("api.system.rotate_token", system, reason=_reason(reason))
    return token


@transaction.atomic
def end_system(*, system: System, by: User | None, reason: str) -> None:
    """The system calls no more, and is told of nothing more."""
    _manager(by, system.path)
    if system.ended_at is not None:
        raise AccessError("该系统已停用。")
    system.is_active, system.ended_at = False, timezone.now()
    system.save(update_fields=["is_active", "ended_at"])
    system.webhooks.filter(is_active=True).update(
        is_active=False, disabled_at=timezone.now(), disabled_why="接入系统已停用"
    )
    record("api.system.end", system, changes={"is_active": [True, False]}, reason=_reason(reason))


def _reason(reason: str) -> str:
    if len(reason.strip()) < 4:
        raise AccessError("请写明理由（至少4个字）。")
    return reason.strip()
