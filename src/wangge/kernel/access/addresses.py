"""Many accounts tried from one address (password spraying): each account sees a failure or two, the address sees all.

An address is locked after ``ADDRESS_LOCK_FAILURES`` failures over at least ``ADDRESS_LOCK_ACCOUNTS`` accounts within
``ADDRESS_LOCK_WINDOW``. The defaults are far above what an office behind one address mistypes of a morning. Who signs
in takes back the failures of that account alone. Who is signed in already stays so.
"""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from wangge.kernel.access.lockout import client_address
from wangge.kernel.access.models import AddressLock, LoginFailure
from wangge.kernel.access.personal import blind_index
from wangge.kernel.audit.recording import record

KEPT: Final = timedelta(days=30)
_HOME_NETWORK: Final = 64  # bits of an IPv6 address that one customer gets; the rest is theirs to change


def network_of(request: HttpRequest) -> str:
    """What is counted and locked: an IPv4 address, an IPv6 network; empty when the client has no address."""
    try:
        address = ipaddress.ip_address(client_address(request) or "")
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, _HOME_NETWORK), strict=False))
    return str(address)


def _account(username: str) -> bytes:
    """What was typed may be a password in the wrong field: only its keyed digest is kept."""
    return blind_index(username, "login")


def locked_until(request: HttpRequest) -> datetime | None:
    """When the lock on the client's address ends; None: not locked."""
    lock = AddressLock.objects.in_force(timezone.now()).filter(address=network_of(request)).first()
    return None if lock is None else lock.until


@transaction.atomic
def count_failure(request: HttpRequest, username: str) -> bool:
    """One more failure from the client's address; whether that locked it."""
    address, now = network_of(request), timezone.now()
    if not address:
        return False
    LoginFailure.objects.create(address=address, account=_account(username), at=now)
    since = now - timedelta(minutes=settings.ADDRESS_LOCK_WINDOW)
    seen = LoginFailure.objects.filter(address=address, at__gt=since).aggregate(
        failures=Count("pk"), accounts=Count("account", distinct=True)
    )
    if seen["failures"] < settings.ADDRESS_LOCK_FAILURES or seen["accounts"] < settings.ADDRESS_LOCK_ACCOUNTS:
        return False
    return _lock(address, now, **seen)


def _lock(address: str, now: datetime, *, failures: int, accounts: int) -> bool:
    """Of two failures at once one locks; the other finds it locked."""
    until = now + timedelta(minutes=settings.ADDRESS_LOCK_MINUTES)
    fresh = {"locked_at": now, "until": until, "failures": failures, "accounts": accounts}
    lock, created = AddressLock.objects.select_for_update().get_or_create(address=address, defaults=fresh)
    if not created:
        if lock.is_in_force(now):
            return False
        for name, value in (fresh | {"lifted_at": None}).items():
            setattr(lock, name, value)
        lock.save()
    LoginFailure.objects.filter(address=address).delete()
    record(
        "access.addresslock.lock",
        lock,
        changes={"address": address, "failures": failures, "accounts": accounts, "until": [None, until]},
    )
    return True


def forgive(request: HttpRequest, username: str) -> None:
    """Somebody signed in: the failures of that account from here were slips. Those of others stay."""
    LoginFailure.objects.filter(address=network_of(request), account=_account(username)).delete()


def forget_old(*, now: datetime) -> int:
    """Delete failures no window reaches any more, and locks over for a month. How many."""
    failures, _ = LoginFailure.objects.filter(at__lt=now - timedelta(minutes=settings.ADDRESS_LOCK_WINDOW)).delete()
    locks, _ = AddressLock.objects.filter(until__lt=now - KEPT).delete()
    return failures + locks


def locked_page(request: HttpRequest, until: datetime) -> HttpResponse:
    """What a locked client is shown: until when, and whom to ask. 429."""
    response = render(request, "access/address_locked.html", {"until": until}, status=429)
    response["Retry-After"] = str(max(int((until - timezone.now()).total_seconds()), 1))
    return response
