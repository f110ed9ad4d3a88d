"""The service hotlines merged into 12345, as sources of orders (requirement H02: 68 of them in Beijing).

The shipped rows are the well-known national numbers (a default, not any city's official list); a city adds its own.
"""

from __future__ import annotations

import csv
import re
from importlib import resources
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from wangge.cases.models import Hotline
from wangge.kernel.audit.recording import record

NUMBER: Final = re.compile(r"[0-9]{5,8}")
ENDINGS: Final = ("服务热线", "热线", "平台")


def shipped() -> list[dict[str, str]]:
    """The rows of ``data/hotlines.csv``."""
    text = resources.files("wangge.cases").joinpath("data/hotlines.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@transaction.atomic
def save_hotline(*, number: str, name: str, department: str = "", source: str = "") -> Hotline:
    """Add a hotline or give it another name. Raises ``ValidationError``."""
    values: dict[str, Any] = {"name": name.strip(), "department": department.strip(), "source": source.strip()}
    hotline = Hotline.objects.select_for_update().filter(number=number).first() or Hotline(number=number)
    before = {key: getattr(hotline, key) for key in values}
    for key, value in values.items():
        setattr(hotline, key, value)
    if NUMBER.fullmatch(number) is None:
        raise ValidationError(f"热线号码“{number[:20]}”应为5至8位数字。")
    hotline.full_clean(validate_unique=False)
    hotline.save()
    record("cases.hotline.save", hotline, changes={key: [before[key], values[key]] for key in values})
    return hotline


def options() -> list[tuple[str, str]]:
    """(number, words) of every hotline, by number."""
    return [(h.number, str(h)) for h in Hotline.objects.order_by("number")]


class Names:
    """Whatever a platform writes for a hotline → its number. Built once per file."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        for hotline in Hotline.objects.all():
            self.known |= {hotline.number: hotline.number, _plain(hotline.name): hotline.number}

    def number(self, text: str) -> str:
        """``12319``, ``12319城管热线`` and ``城市管理服务热线`` are 12319; what nobody knows stays as it is."""
        if found := self.known.get(_plain(text)):
            return found
        if (digits := NUMBER.search(text)) and digits.group() in self.known:
            return digits.group()
        return text


def _plain(text: str) -> str:
    text = "".join(text.split())
    for ending in ENDINGS:
        text = text.removesuffix(ending)
    return text.removesuffix("服务")
