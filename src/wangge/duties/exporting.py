"""Kinds, duties and items as workbooks that ``importing`` reads back."""

from __future__ import annotations

from datetime import date

from wangge.duties.enums import DemandType, SevenFive
from wangge.duties.importing import duties as duty_rows
from wangge.duties.importing import kinds as kind_rows
from wangge.duties.importing import lists as list_rows
from wangge.duties.models import Catalogue, Duty, DutyItem
from wangge.kernel.tables.writing import Sheet, workbook


def export_tree(catalogue: Catalogue) -> bytes:
    """Every kind of a catalogue."""
    lines = (
        [
            row.code,
            row.name,
            "、".join(row.keywords),
            "、".join(DemandType(one).label for one in row.demand_types),
            "是" if row.urgent else "",
            SevenFive(row.seven_five).label if row.seven_five else "",
            row.filing_condition,
            row.closing_condition,
            row.source,
        ]
        for row in catalogue.kinds.order_by("code")
    )
    return workbook(Sheet("类别", [names[0] for names in kind_rows.COLUMNS.values()], lines))


def export_duties(on: date) -> bytes:
    """Every duty in force on a day."""
    rows = (
        Duty.objects.in_force(on)
        .select_related("lead_office", "item__duty_list", "community_item__duty_list", "limit")
        .prefetch_related("assist_offices")
        .order_by("kind_code", "path")
    )
    lines = (
        [
            row.kind_code,
            row.path,
            row.lead_office.name if row.lead_office else row.lead_kind,
            "、".join([*row.assist_kinds, *(office.name for office in row.assist_offices.all())]),
            row.limit.code,
            row.item.duty_list.code if row.item else "",
            row.item.number if row.item else "",
            row.community_item.duty_list.code if row.community_item else "",
            row.community_item.number if row.community_item else "",
            row.note,
            row.source,
        ]
        for row in rows
    )
    return workbook(Sheet("职责", [names[0] for names in duty_rows.COLUMNS.values()], lines))


def export_items() -> bytes:
    """Every item of every list."""
    rows = DutyItem.objects.select_related("duty_list").order_by("duty_list__code", "sort", "number")
    lines = ([r.duty_list.code, r.number, r.block, r.title, r.legal_basis, r.source] for r in rows)
    return workbook(Sheet("清单条目", [names[0] for names in list_rows.ITEM_COLUMNS.values()], lines))
