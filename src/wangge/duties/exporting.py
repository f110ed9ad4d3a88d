"""Kinds, duties and items as workbooks that ``importing`` reads back. Text is always written as text (CWE-1236)."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

import xlsxwriter

from wangge.duties.enums import DemandType, SevenFive
from wangge.duties.importing import duties as duty_rows
from wangge.duties.importing import kinds as kind_rows
from wangge.duties.importing import lists as list_rows
from wangge.duties.models import Catalogue, Duty, DutyItem

CELL: Final = 32_767


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
    return workbook("类别", [names[0] for names in kind_rows.COLUMNS.values()], lines)


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
    return workbook("职责", [names[0] for names in duty_rows.COLUMNS.values()], lines)


def export_items() -> bytes:
    """Every item of every list."""
    rows = DutyItem.objects.select_related("duty_list").order_by("duty_list__code", "sort", "number")
    lines = ([r.duty_list.code, r.number, r.block, r.title, r.legal_basis, r.source] for r in rows)
    return workbook("清单条目", [names[0] for names in list_rows.ITEM_COLUMNS.values()], lines)


def workbook(title: str, header: Sequence[str], lines: Iterable[Sequence[str]]) -> bytes:
    """One sheet with a bold header, in memory (lists of duties are thousands of rows, not millions)."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet(title)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(header) - 1, 20)
        bold = book.add_format({"bold": True})
        for column, name in enumerate(header):
            sheet.write_string(0, column, name, bold)
        for number, line in enumerate(lines, start=1):
            for column, value in enumerate(line):
                sheet.write_string(number, column, value[:CELL])
    return file.getvalue()
