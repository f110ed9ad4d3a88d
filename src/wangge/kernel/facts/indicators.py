"""Figures: sums of facts over a path prefix and days. One definition for all five levels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db import connection

from wangge.kernel.facts import registry
from wangge.kernel.facts.registry import PATH_LENGTH, Indicator, Slice, Unit

# A group of sums: fact code → sum, per value of the grouping column.
Sums = dict[Any, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Ratio:
    """A figure with what it is made of. ``value`` is None when there is nothing to divide by."""

    numerator: int
    denominator: int | None
    value: float | None


def value(
    indicator: Indicator | str,
    *,
    from_on: date,
    to_on: date,
    path: str = "",
    office_id: int | None = None,
    kind: str = "",
) -> Ratio:
    """The figure below ``path`` (at most 12 digits) from ``from_on`` to ``to_on``, both included.

    ``office_id`` and ``kind`` (a prefix of the kind's code) narrow it.
    """
    wanted = _resolve(indicator)
    return values([wanted], from_on=from_on, to_on=to_on, path=path, office_id=office_id, kind=kind)[wanted.code]


def values(
    indicators: Iterable[Indicator | str],
    *,
    from_on: date,
    to_on: date,
    path: str = "",
    office_id: int | None = None,
    kind: str = "",
) -> dict[str, Ratio]:
    """Many figures over the same slice in one statement, by code."""
    wanted = [_resolve(given) for given in indicators]
    sums = _sums(wanted, Slice(from_on, to_on, path, office_id, kind)).get(None, {})
    return {one.code: _ratio(one, sums) for one in wanted}


def series(
    indicator: Indicator | str,
    *,
    from_on: date,
    to_on: date,
    path: str = "",
    office_id: int | None = None,
    kind: str = "",
) -> list[tuple[date, Ratio]]:
    """The figure of each day of the window, days without rows included."""
    wanted = _resolve(indicator)
    sums = _sums([wanted], Slice(from_on, to_on, path, office_id, kind), by="day")
    days = (from_on + timedelta(days=n) for n in range((to_on - from_on).days + 1))
    return [(day, _ratio(wanted, sums.get(day, {}))) for day in days]


def by_child(
    indicator: Indicator | str,
    *,
    length: int,
    from_on: date,
    to_on: date,
    path: str = "",
    office_id: int | None = None,
    kind: str = "",
) -> dict[str, Ratio]:
    """The figure of each sub-division whose code has ``length`` digits, by code, in order of code.

    Rows that belong to no such sub-division are under their own, shorter code, so that the parts sum to the whole.
    Sub-divisions without any row are absent.
    """
    wanted = _resolve(indicator)
    sums = _sums([wanted], Slice(from_on, to_on, path, office_id, kind), by=f"left(path, {int(length)})")
    return {code: _ratio(wanted, sums[code]) for code in sorted(sums)}


def by_office(
    indicator: Indicator | str, *, from_on: date, to_on: date, path: str = "", kind: str = ""
) -> dict[int | None, Ratio]:
    """The figure of each office (None: no office)."""
    wanted = _resolve(indicator)
    sums = _sums([wanted], Slice(from_on, to_on, path, None, kind), by="office_id")
    return {office: _ratio(wanted, found) for office, found in sums.items()}


def by_kind(
    indicator: Indicator | str,
    *,
    length: int,
    from_on: date,
    to_on: date,
    path: str = "",
    office_id: int | None = None,
    kind: str = "",
) -> dict[str, Ratio]:
    """The figure of each kind of matter, by the first ``length`` characters of its code ("": no kind)."""
    wanted = _resolve(indicator)
    sums = _sums([wanted], Slice(from_on, to_on, path, office_id, kind), by=f"left(kind_code, {int(length)})")
    return {code: _ratio(wanted, sums[code]) for code in sorted(sums)}


def show(indicator: Indicator | str, ratio: Ratio) -> str:
    """The figure in words: "93.5%", "1,204", "2.3小时"; "—" when there is none."""
    wanted = _resolve(indicator)
    if ratio.value is None:
        return "—"
    if wanted.unit is Unit.PERCENT:
        return f"{ratio.value:.1%}"
    return (f"{ratio.numerator:,}" if wanted.unit is Unit.COUNT else f"{ratio.value:,.1f}") + wanted.suffix


def _resolve(indicator: Indicator | str) -> Indicator:
    return registry.indicator(indicator) if isinstance(indicator, str) else indicator


def _ratio(indicator: Indicator, sums: dict[str, int]) -> Ratio:
    numerator = sum(sums.get(code, 0) for code in indicator.numerator)
    if not indicator.denominator:
        return Ratio(numerator, None, float(numerator))
    denominator = sum(sums.get(code, 0) for code in indicator.denominator)
    return Ratio(numerator, denominator, numerator / denominator if denominator else None)


_LAST_BUILT: Final = """
JOIN (SELECT fact, max(day) AS day FROM facts_factbuilt
      WHERE fact = ANY(%(codes)s) AND day BETWEEN %(from_on)s AND %(to_on)s GROUP BY fact) last USING (fact, day)
"""


def _sums(indicators: Sequence[Indicator], where: Slice, *, by: str = "") -> Sums:
    """The sums per fact, grouped by the SQL expression ``by`` (ours, never input)."""
    if not (where.path.isascii() and (where.path.isdigit() or not where.path) and len(where.path) <= PATH_LENGTH):
        raise ValueError(f"a path of at most {PATH_LENGTH} digits is wanted, not {where.path!r}")
    codes = sorted({code for one in indicators for code in one.facts})
    flows = [code for code in codes if not registry.fact(code).stock]
    stocks = [code for code in codes if registry.fact(code).stock]
    parameters: dict[str, Any] = {
        "from_on": where.from_on,
        "to_on": where.to_on,
        "path": where.path + "%",
        "office_id": where.office_id,
        "kind": where.kind.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%",
    }
    conditions = ["fact = ANY(%(codes)s)", "day BETWEEN %(from_on)s AND %(to_on)s"]
    if where.path:
        conditions.append("path LIKE %(path)s")
    if where.office_id is not None:
        conditions.append("office_id = %(office_id)s")
    if where.kind:
        conditions.append("kind_code LIKE %(kind)s")
    found: Sums = {}
    with connection.cursor() as cursor:
        # Within a series each day has its own level; over a window a level is that of its last day built.
        for group, last_day in ((flows, ""), (stocks, "" if by == "day" else _LAST_BUILT)):
            if not group:
                continue
            cursor.execute(
                f"SELECT {by or 'NULL'}, fact, sum(value)::bigint FROM facts_dailyfact {last_day}"  # noqa: S608
                f" WHERE {' AND '.join(conditions)} GROUP BY 1, 2",
                parameters | {"codes": group},
            )
            for key, fact, total in cursor.fetchall():
                found.setdefault(key, {})[fact] = total
    return found
