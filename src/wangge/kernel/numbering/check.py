"""The check digit and the form of a number.

Source: ISO/IEC 7064:2003, hybrid system MOD 11,10 (one digit, detects every single wrong digit).
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

_FORM: Final = re.compile(r"[0-9]{6}([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{6}|[1-9][0-9]{6,11})[0-9]")


def _carry(digits: str) -> int:
    value = 10
    for digit in digits:
        value = (value + int(digit)) % 10 or 10
        value = value * 2 % 11
    return value


def check_digit(digits: str) -> str:
    """The digit to append to ``digits``."""
    return str((11 - _carry(digits)) % 10)


def compose(division: str, day: date, serial: int) -> str:
    """The number: division, day, serial (at least six digits), check digit."""
    digits = f"{division}{day:%Y%m%d}{serial:06d}"
    return digits + check_digit(digits)


def is_valid(number: str) -> bool:
    """Whether ``number`` has the form and its check digit is right. Spaces are not forgiven: see ``normal``."""
    form = _FORM.fullmatch(number)
    if form is None or number[-1] != check_digit(number[:-1]):
        return False
    try:
        date(int(form[1]), int(form[2]), int(form[3]))
    except ValueError:
        return False
    return True


def normal(text: str) -> str:
    """What somebody typed or pasted as a number: full-width digits made plain, spaces and hyphens dropped."""
    plain = text.translate({0xFF10 + i: str(i) for i in range(10)})
    return re.sub(r"[\s-]+", "", plain)
