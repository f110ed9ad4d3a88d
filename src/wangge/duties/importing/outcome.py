"""What an import did, and how a table's headers are found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from wangge.duties.errors import DutiesError
from wangge.organization import imports, reading
from wangge.organization.errors import OrganizationError
from wangge.organization.imports import Problem
from wangge.organization.reading import Row, Table

Columns = Mapping[str, tuple[str, ...]]
LABEL: Final = 0  # the first header of a column is the one shown


@dataclass(slots=True)
class Outcome(imports.Outcome):
    """As for offices, with the rows that changed something already there."""

    changed: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def stored(self) -> int:
        return self.added + self.changed


@dataclass(slots=True)
class Collector:
    """Turns row errors into problems and remembers which rows were refused."""

    outcome: Outcome
    columns: Columns
    bad: dict[int, Row] = field(default_factory=dict)

    def refuse(self, row: Row, column: str, rule: str) -> None:
        label = self.columns[column][LABEL] if column in self.columns else column
        self.outcome.problems.append(Problem(row.number, label, rule))
        self.bad[row.number] = row

    def finish(self, *, keep_good: bool) -> bool:
        """Close the account; whether the good rows are to be stored."""
        self.outcome.problems.sort(key=lambda problem: problem.row)
        self.outcome.rejected = [self.bad[number] for number in sorted(self.bad)]
        self.outcome.kept = keep_good or not self.bad
        return self.outcome.kept


def read(content: bytes) -> Table:
    """The table in ``content``. Raises ``DutiesError`` for a file that cannot be read as one."""
    try:
        return reading.read(content)
    except OrganizationError as error:
        raise DutiesError(str(error), field="file") from error


def headers(table: Table, columns: Columns, required: Sequence[str]) -> dict[str, str]:
    """Column → header in the file. Raises ``DutiesError`` when a required one is missing."""
    found = {name: next((h for h in known if h in table.columns), "") for name, known in columns.items()}
    missing = [columns[name][LABEL] for name in required if not found[name]]
    if missing:
        raise DutiesError(f"缺少列:{'、'.join(missing)};文件中的列:{'、'.join(table.columns)}。", field="file")
    return {name: header for name, header in found.items() if header}


def begin(table: Table, found: Mapping[str, str]) -> Outcome:
    used = set(found.values())
    return Outcome(
        columns=table.columns, ignored=tuple(c for c in table.columns if c not in used), rows=len(table.rows)
    )


def values_of(row: Row, found: Mapping[str, str]) -> dict[str, str]:
    return {name: row.values.get(header, "").strip() for name, header in found.items()}


def cells(words: str, separators: Callable[[str], list[str]]) -> list[str]:
    """The non-empty parts of a cell that holds several words, each once, in order."""
    return list(dict.fromkeys(part for part in separators(words) if part))
