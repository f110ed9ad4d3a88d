"""What an import made of a table: each row is judged alone; the user chose to keep the good ones or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from wangge.kernel.tables.errors import UnreadableTable
from wangge.kernel.tables.reading import Row, Table
from wangge.kernel.tables.writing import Rejected, Sheet, rejected_sheet, workbook

# Field → the headers under which it is found; the first is its name in messages and in the sample file.
Columns = Mapping[str, tuple[str, ...]]
LABEL: Final = 0


class BadRow(Exception):
    """A row breaks a rule; ``column`` is the field at fault, empty for the row as a whole."""

    def __init__(self, column: str, rule: str) -> None:
        super().__init__(rule)
        self.column = column
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row was not taken: the row, the column (empty: the row as a whole) and the rule."""

    row: int
    column: str
    rule: str

    def __str__(self) -> str:
        where = f"第{self.row}行" + (f"“{self.column}”" if self.column else "")
        return f"{where}：{self.rule}"


@dataclass(slots=True)
class Outcome:
    """What an import did. ``kept`` is False when nothing was stored because a row was wrong."""

    known: Columns
    found: Mapping[str, str]
    columns: tuple[str, ...] = ()
    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    kept: bool = True
    problems: list[Problem] = field(default_factory=list)
    refused: dict[int, Row] = field(default_factory=dict)

    @property
    def rejected(self) -> list[Row]:
        """The rows not taken, in their order in the file."""
        return [self.refused[number] for number in sorted(self.refused)]

    @property
    def stored(self) -> int:
        return self.added + self.changed

    @property
    def ignored(self) -> tuple[str, ...]:
        """The columns of the file that nothing asks for."""
        used = set(self.found.values())
        return tuple(column for column in self.columns if column not in used)

    def values(self, row: Row) -> dict[str, str]:
        """Field → text. Raises ``BadRow`` when the row is none."""
        if row.fault:
            raise BadRow("", f"{row.fault}。")
        return {name: row.values.get(header, "") for name, header in self.found.items()}

    def refuse(self, row: Row, column: str, rule: str) -> None:
        """The row breaks a rule; a row may break several."""
        label = self.found.get(column) or (self.known[column][LABEL] if column in self.known else column)
        self.problems.append(Problem(row.number, label, rule))
        self.refused[row.number] = row

    def finish(self, *, keep_good: bool) -> bool:
        """Close the account; whether the good rows are to be stored."""
        self.problems.sort(key=lambda problem: problem.row)
        self.kept = keep_good or not self.refused
        return self.kept

    def sheets(self) -> list[Sheet]:
        """What the user takes home: the rows not taken, each with its reasons."""
        reasons: dict[int, list[Problem]] = {}
        for problem in self.problems:
            reasons.setdefault(problem.row, []).append(problem)
        answers = [
            Rejected(
                row.number,
                "、".join(dict.fromkeys(problem.column for problem in reasons[row.number] if problem.column)),
                " ".join(problem.rule for problem in reasons[row.number]),
                {column: row.values.get(column, "") for column in self.columns},
            )
            for row in self.rejected
        ]
        return [rejected_sheet(answers)]

    def workbook(self) -> bytes:
        return workbook(*self.sheets())


def headers(table: Table, known: Columns, required: Sequence[str]) -> dict[str, str]:
    """Field → the header it has in this file. Raises ``UnreadableTable`` when a required one is missing."""
    found = {name: next((h for h in usual if h in table.columns), "") for name, usual in known.items()}
    missing = [known[name][LABEL] for name in required if not found[name]]
    if missing:
        raise UnreadableTable(f"缺少列：{'、'.join(missing)}；文件中的列：{'、'.join(table.columns)}。", "columns")
    return {name: header for name, header in found.items() if header}


def begin(table: Table, known: Columns, required: Sequence[str]) -> Outcome:
    """The account of ``table``. Raises ``UnreadableTable``."""
    return Outcome(known, headers(table, known, required), table.columns, len(table.rows))


def sample(columns: Columns) -> bytes:
    """An empty workbook with the headers."""
    return workbook(Sheet("导入", [names[LABEL] for names in columns.values()]))


def cells(words: Sequence[str]) -> list[str]:
    """The non-empty parts of a cell that holds several words, each once, in order."""
    return list(dict.fromkeys(part for part in words if part))
