"""The kinds of office: shipped as ``data/kinds.csv``, kept in ``OfficeKind``, where a district may add its own."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

from wangge.organization.errors import OrganizationError
from wangge.organization.models import OfficeKind

DATA: Final = Path(__file__).parent / "data"


def shipped() -> list[OfficeKind]:
    """The kinds of the data file, unsaved, in its order."""
    with (DATA / "kinds.csv").open(encoding="utf-8", newline="") as file:
        return [OfficeKind(**row, sort=number * 10) for number, row in enumerate(csv.DictReader(file), start=1)]


def load() -> int:
    """Bring the table to the data file; kinds that a district added stay. Returns the number of shipped kinds."""
    kinds = shipped()
    OfficeKind.objects.bulk_create(
        kinds,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["label", "level", "nature", "department_kind", "duty", "sort"],
    )
    return len(kinds)


def table() -> dict[str, OfficeKind]:
    """Every kind by code; loads the shipped ones into an empty table."""
    found = {kind.code: kind for kind in OfficeKind.objects.all()}
    if not found:
        load()
        found = {kind.code: kind for kind in OfficeKind.objects.all()}
    return found


def kind(code: str) -> OfficeKind:
    """Raises ``OrganizationError`` when there is no such kind."""
    found = table().get(code)
    if found is None:
        raise OrganizationError(f"没有“{code}”这个机构类别。", field="kind")
    return found
