"""Learned names as terms of the territory's gazetteer."""

from __future__ import annotations

from collections.abc import Iterator

from wangge.insight.places.models import LearnedName
from wangge.kernel.access import database
from wangge.territory.gazetteer import Term


def learned_terms(root: str) -> Iterator[Term]:
    """The names learned below ``root`` that nobody refused; the weight grows with the cases, up to 0.8."""
    rows = LearnedName.objects.filter(path__startswith=root, refused_at__isnull=True).order_by("path", "id")
    # The gazetteer is kept for all who ask, so it is not built with what one of them happens to see.
    with database.as_system():
        held = list(rows.values_list("name", "path", "cases", "share"))
    for name, path, cases, share in held:
        yield Term(name, path, weight(cases, share), f"“{name}”（以往{cases}件在此）")


def weight(cases: int, share: float) -> float:
    """How sure a learned name is: its share, less while few cases speak for it."""
    return round(min(0.8, 0.9 * share * cases / (cases + 1)), 3)
