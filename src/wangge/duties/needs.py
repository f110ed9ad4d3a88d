"""七有五性: what people need, as the frame in which a leader reads demand, of a day or a month (requirement H08).

Which need a kind of matter belongs to is data: a column of the catalogue of kinds, valid with its version and changed
by the next one. A kind without one belongs to what its parent belongs to; what has none at all, and matters without a
kind, are 未归类. The morning page and the monthly review count by them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from django.db.models import Q

from wangge.duties.enums import CatalogueState, SevenFive
from wangge.duties.models import Kind

OTHER: Final = "other"
OTHER_LABEL: Final = "未归类"
PREFIX: Final = "need."
SEVEN: Final = (
    SevenFive.CHILD, SevenFive.STUDY, SevenFive.LABOUR, SevenFive.ILLNESS, SevenFive.AGE, SevenFive.HOUSING,
    SevenFive.WEAK,
)  # fmt: skip
FIVE: Final = (SevenFive.CONVENIENT, SevenFive.LIVABLE, SevenFive.DIVERSE, SevenFive.FAIR, SevenFive.SAFE)
LABELS: Final[dict[str, str]] = {need.value: str(need.label) for need in (*SEVEN, *FIVE)} | {OTHER: OTHER_LABEL}


def of_kinds(on: date) -> dict[str, str]:
    """Code → need of every kind in the catalogues published up to ``on``, the later one's word counting."""
    rows = Kind.objects.exclude(catalogue__state=CatalogueState.DRAFT).filter(catalogue__valid_from__lte=on)
    found = dict(rows.order_by("catalogue__valid_from", "catalogue_id").values_list("code", "seven_five"))
    return {code: need for code in found if (need := _nearest(code, found))}


def _nearest(code: str, found: Mapping[str, str]) -> str:
    return next((need for n in range(len(code), 0, -2) if (need := found.get(code[:n], ""))), "")


def named(kind: str) -> str | None:
    """The need that the ``kind`` of a trace stands for, None when it is the code of a kind."""
    need = kind.removeprefix(PREFIX)
    return need if need != kind and need in LABELS else None


def condition(need: str, on: date, code: str) -> Q:
    """The rows of ``need``; ``code`` leads to the code of their kind."""
    kinds = of_kinds(on)
    if need != OTHER:
        return Q(**{f"{code}__in": [one for one, found in kinds.items() if found == need]})
    return Q(**{f"{code}__isnull": True}) | ~Q(**{f"{code}__in": list(kinds)})
