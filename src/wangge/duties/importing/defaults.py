"""The shipped tree, lists, limits and duties (``data/*.csv``, each row with its source)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from django.db import transaction

from wangge.duties.actions import new_catalogue, publish
from wangge.duties.enums import CatalogueState
from wangge.duties.errors import DutiesError
from wangge.duties.importing.duties import import_duties
from wangge.duties.importing.kinds import import_tree
from wangge.duties.importing.lists import import_items, import_limits, import_lists
from wangge.duties.models import Catalogue, LimitClass
from wangge.kernel.tables.outcomes import Outcome
from wangge.organization import kinds as office_kinds

DATA: Final = Path(__file__).parent.parent / "data"
VERSION: Final = "default-1"
NAME: Final = "默认类别目录"
SINCE: Final = date(2000, 1, 1)  # older orders are imported too, and want an owner
SOURCE: Final = (
    "平台自带的默认目录：基层治理常见问题、常见12345诉求和数字城管部件、事件；"
    "时限参照各地公开做法，其余为平台默认示例。启用前请按本地批准的目录和清单核对。"
)


@dataclass(frozen=True, slots=True)
class Loaded:
    kinds: int
    duties: int
    items: int
    published: bool


def load() -> Loaded:
    """Load what is missing of the shipped data; what a district has changed stays. Idempotent, one transaction."""
    with transaction.atomic():
        office_kinds.table()
        if not LimitClass.objects.exists():
            import_limits(content=_data("limits"), by=None)
        if not Catalogue.objects.filter(version=VERSION).exists():
            _good(import_lists(content=_data("lists"), on=SINCE, by=None))
            items = _good(import_items(content=_data("items"), by=None)).added
            catalogue = new_catalogue(version=VERSION, name=NAME, by=None, source=SOURCE)
            _good(import_tree(content=_data("kinds"), catalogue=catalogue, by=None))
        else:
            items, catalogue = 0, Catalogue.objects.get(version=VERSION)
        duties = _good(
            import_duties(content=_data("duties"), catalogue=catalogue, on=SINCE, by=None, only_missing=True)
        ).added
        free = not Catalogue.objects.filter(state=CatalogueState.PUBLISHED).exists()
        if free and catalogue.state == CatalogueState.DRAFT:
            catalogue = publish(catalogue=catalogue, by=None, on=SINCE)
        return Loaded(catalogue.kinds.count(), duties, items, catalogue.state == CatalogueState.PUBLISHED)


def _data(name: str) -> bytes:
    return (DATA / f"{name}.csv").read_bytes()


def _good(outcome: Outcome) -> Outcome:
    if outcome.problems:
        raise DutiesError(f"自带数据有错：{outcome.problems[0]}", problems=[str(p) for p in outcome.problems])
    return outcome
