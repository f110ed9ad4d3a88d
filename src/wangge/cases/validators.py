"""What every way in checks: form, API, import, phone. One function, one set of messages."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.utils import timezone

MAX_TEXT: Final = 20_000
MAX_TITLE: Final = 120
PHONE: Final = re.compile(r"^(?:\+?86)?(?:1[0-9]{10}|0[0-9]{2,3}-?[0-9]{7,8}|[0-9]{5,8})$")
# China with its seas, degrees (rules 2.5).
CHINA: Final = (72.004, 0.8293, 137.8347, 55.8271)
# Beyond it, converting an instant to another zone may leave the calendar.
LAST_YEAR: Final = 9000


def check_text(text: str) -> str:
    """The text, stripped of control characters. Raises when empty or beyond 20,000 characters."""
    cleaned = text.strip()
    if not cleaned.isprintable():
        cleaned = "".join(c for c in cleaned if c in "\n\t" or c.isprintable()).strip()
    if not cleaned:
        raise ValidationError("请填写诉求内容。", code="required")
    if len(cleaned) > MAX_TEXT:
        raise ValidationError(f"内容共{len(cleaned)}字，超过{MAX_TEXT}字，请删减或改用附件。", code="too_long")
    return cleaned


def one_line(text: str) -> str:
    """A name or an address, stripped of control characters."""
    return (text if text.isprintable() else "".join(c for c in text if c.isprintable())).strip()


def check_phone(phone: str) -> str:
    """The phone without blanks, full-width digits as plain ones. Empty is allowed; masked numbers are refused."""
    cleaned = re.sub(r"[\s()]", "", phone if phone.isascii() else unicodedata.normalize("NFKC", phone))
    if cleaned and not PHONE.match(cleaned):
        raise ValidationError(f"电话号码应为11位手机号或带区号的固定电话，收到{len(cleaned)}个字符。", code="phone")
    return cleaned


def check_point(lng: float | None, lat: float | None) -> None:
    """Both or neither, inside China, not swapped."""
    if lng is None and lat is None:
        return
    if lng is None or lat is None:
        raise ValidationError("经度和纬度须同时填写。", code="point")
    if CHINA[0] <= lng <= CHINA[2] and CHINA[1] <= lat <= CHINA[3]:
        return
    if CHINA[0] <= lat <= CHINA[2] and CHINA[1] <= lng <= CHINA[3]:
        raise ValidationError("经度和纬度填反了。", code="swapped")
    raise ValidationError(f"坐标（{lng}, {lat}）不在中国境内。", code="outside")


def check_past(at: datetime, *, what: str = "登记时间", now: datetime | None = None) -> datetime:
    """Not in the future; five minutes are allowed for clocks that differ."""
    if at > (now or timezone.now()) + timedelta(minutes=5):
        shown = at if at.year > LAST_YEAR else timezone.localtime(at)
        raise ValidationError(f"{what}{shown:%F %H:%M}在未来。", code="future")
    if at.year < 2000:
        raise ValidationError(f"{what}{at:%F}早于2000年。", code="ancient")
    return at
