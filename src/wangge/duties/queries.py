"""Reads of duties with more than one caller. Resolution and suggestion have files of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from wangge.duties.enums import CatalogueState, ListLevel
from wangge.duties.models import Catalogue, Duty, DutyItem, DutyList, DutyQuerySet, Kind
from wangge.duties.resolution import CommunityRule, limits_for, may_assign_to_community, resolve
from wangge.duties.suggestion import suggest_kinds
from wangge.kernel.periods import in_force
from wangge.organization.kinds import table as office_kinds

__all__ = [
    "CommunityRule",
    "Difference",
    "community_list",
    "compare",
    "current_catalogue",
    "history",
    "kind_by_code",
    "limits_for",
    "may_assign_to_community",
    "problems_of",
    "resolve",
    "suggest_kinds",
]


def current_catalogue() -> Catalogue | None:
    """The published catalogue."""
    return Catalogue.objects.filter(state=CatalogueState.PUBLISHED).first()


def kind_by_code(code: str) -> Kind | None:
    """The kind with this code in the published catalogue."""
    return Kind.objects.filter(code=code, catalogue__state=CatalogueState.PUBLISHED).first()


def community_list(path: str, on: date) -> list[DutyItem]:
    """The items that a community at ``path`` answers for or assists with on a day (C16)."""
    lists = [
        row for row in DutyList.objects.filter(in_force(on), level=ListLevel.COMMUNITY) if path.startswith(row.path)
    ]
    return list(DutyItem.objects.filter(duty_list__in=lists).select_related("duty_list"))


def history(kind: Kind) -> DutyQuerySet:
    """Every duty ever recorded for the kind's code, newest first, with what a page shows of it."""
    return (
        Duty.objects.filter(kind_code=kind.code)
        .select_related("lead_office", "item__duty_list", "limit", "community_item__duty_list")
        .prefetch_related("assist_offices")
        .order_by("path", "-valid_from", "-id")
    )


def problems_of(catalogue: Catalogue, on: date) -> list[str]:
    """What keeps a catalogue from being published, in words; empty when nothing does."""
    kinds = {row.pk: row for row in catalogue.kinds.all()}
    found: list[str] = []
    if not kinds:
        return ["目录是空的。"]
    for row in kinds.values():
        above = kinds.get(row.parent_id) if row.parent_id else None
        if row.parent_id and above is None:
            found.append(f"{row}：上级类别不在本目录内。")
        elif above is not None and not (row.code.startswith(above.code) and row.level == above.level + 1):
            found.append(f"{row}：编码或层级与上级{above}不一致。")
    known = office_kinds().keys()
    covered: set[str] = set()
    for duty in Duty.objects.in_force(on).select_related("lead_office"):
        missing = [k for k in duty.lead_kind.split("|") if k and k not in known]
        if missing and duty.lead_office_id is None:
            found.append(f"{duty}：没有机构类型“{'、'.join(missing)}”。")
        else:
            covered.add(duty.kind_code)
    found += [
        f"{row}：没有登记职责，派不出去。"
        for row in kinds.values()
        if row.is_leaf and not any(row.code[:end] in covered for end in range(2, len(row.code) + 1, 2))
    ]
    return found


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed from one catalogue to another, by code. ``changed`` names the fields that differ."""

    added: tuple[Kind, ...]
    removed: tuple[Kind, ...]
    renamed: tuple[tuple[Kind, Kind], ...]
    changed: tuple[tuple[Kind, tuple[str, ...]], ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.renamed or self.changed)


COMPARED = ("is_leaf", "demand_types", "keywords", "filing_condition", "closing_condition", "urgent", "seven_five")


def compare(before: Catalogue, after: Catalogue) -> Difference:
    """Kinds of ``after`` against those of ``before``."""
    old = {row.code: row for row in before.kinds.order_by("code")}
    new = {row.code: row for row in after.kinds.order_by("code")}
    labels = {name: str(Kind._meta.get_field(name).verbose_name) for name in COMPARED}  # type: ignore[union-attr]
    changed = []
    for code in old.keys() & new.keys():
        fields = tuple(labels[f] for f in COMPARED if getattr(old[code], f) != getattr(new[code], f))
        if fields:
            changed.append((new[code], fields))
    return Difference(
        added=tuple(row for code, row in new.items() if code not in old),
        removed=tuple(row for code, row in old.items() if code not in new),
        renamed=tuple((old[c], new[c]) for c in new if c in old and old[c].name != new[c].name),
        changed=tuple(sorted(changed, key=lambda pair: pair[0].code)),
    )
