"""Calling an address that somebody else chose: never one inside our network.

The name is resolved once, every address it has must be public, and the connection goes to that very
address: no second resolution, no redirect, no proxy from the environment.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings

TIMEOUT_SECONDS: Final = 10.0  # each wait for the other side
TOTAL_SECONDS: Final = 20.0  # the whole exchange, however slowly it drips
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class OutboundError(Exception):
    """The call was not made or not answered; ``str(error)`` says why."""


class ForbiddenAddressError(OutboundError):
    """The address is not one we call."""


@dataclass(frozen=True, slots=True)
class Target:
    """A vetted address: where to connect, and whom to ask for."""

    scheme: str
    host: str
    port: int
    resource: str
    address: str


def is_public(address: Address) -> bool:
    """Whether the address, and any IPv4 address wrapped in it, is reachable from the whole Internet."""
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            wrapped.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if any(inner is not None and not is_public(inner) for inner in wrapped):
            return False
    return address.is_global and not address.is_multicast


def vet(url: str) -> Target:
    """The target behind ``url``. Raises ForbiddenAddressError, OutboundError when the name does not resolve."""
    inside: bool = settings.WEBHOOK_ALLOW_PRIVATE
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ForbiddenAddressError("地址无法识别。") from error
    if parts.scheme not in {"https", "http"} or (parts.scheme == "http" and not inside):
        raise ForbiddenAddressError("回调地址须为 https。")
    if not parts.hostname or parts.username or parts.password:
        raise ForbiddenAddressError("回调地址须有主机名，且不含账号密码。")
    port = port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise OutboundError(f"域名 {parts.hostname} 无法解析。") from error
    addresses = [str(entry[4][0]).split("%", 1)[0] for entry in found]
    if not inside and not all(is_public(ipaddress.ip_address(address)) for address in addresses):
        raise ForbiddenAddressError("回调地址不能指向内部网络。")
    resource = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, parts.hostname, port, resource, addresses[0])


class _Pinned(http.client.HTTPConnection):
    """A connection to the vetted address, whatever the name resolves to by now."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port, timeout=TIMEOUT_SECONDS)
        self.target = target

    def connect(self) -> None:
        raw = socket.create_connection((self.target.address, self.target.port), TIMEOUT_SECONDS)
        if self.target.scheme == "https":
            context = ssl.create_default_context()
            self.sock: Any = context.wrap_socket(raw, server_hostname=self.target.host)
        else:
            self.sock = raw

    def cut(self) -> None:
        """End the exchange from another thread."""
        sock = self.sock
        if sock is not None:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """POST ``body``; the status answered. Its content is not read. Raises OutboundError."""
    target = vet(url)
    connection = _Pinned(target)
    limit = threading.Timer(TOTAL_SECONDS, connection.cut)
    limit.daemon = True
    limit.start()
    try:
        connection.request("POST", target.resource, body=body, headers=dict(headers))
        return connection.getresponse().status
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise OutboundError(f"{type(error).__name__}: {error}"[:300]) from error
    finally:
        limit.cancel()
        connection.close()
