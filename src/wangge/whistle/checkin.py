"""Being on the spot: how far away, and the short code the street shows.

The code is six digits that change every ten minutes, made from the whistle and the secret of the installation; the one
before still counts, so that nobody fails for walking up to the screen. Nothing is stored.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from datetime import datetime
from typing import Final

from django.conf import settings

CODE_SECONDS: Final = 600
CODE_DIGITS: Final = 6
EARTH_M: Final = 6_371_000.0


def distance_m(lng: float, lat: float, to_lng: float, to_lat: float) -> int:
    """Metres between two points (WGS84, haversine), rounded."""
    a, b = math.radians(lat), math.radians(to_lat)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(math.radians(to_lng - lng) / 2) ** 2
    return round(2 * EARTH_M * math.asin(math.sqrt(min(1.0, half))))


def code_of(whistle_id: int, now: datetime) -> str:
    """The code the street shows now."""
    return _code(whistle_id, int(now.timestamp()) // CODE_SECONDS)


def code_fits(whistle_id: int, typed: str, now: datetime) -> bool:
    """Whether ``typed`` is the code of now or of the ten minutes before."""
    typed = "".join(typed.split())
    turn = int(now.timestamp()) // CODE_SECONDS
    return any(hmac.compare_digest(typed.encode(), _code(whistle_id, t).encode()) for t in (turn, turn - 1))


def _code(whistle_id: int, turn: int) -> str:
    key = settings.SECRET_KEY.encode()
    digest = hmac.new(key, f"wangge.whistle.code|{whistle_id}|{turn}".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8]) % 10**CODE_DIGITS:0{CODE_DIGITS}}"
