"""The whole page of each unit as plain values, ready to be frozen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from wangge.cockpit import board as boards
from wangge.cockpit import danger, deciding, words
from wangge.cockpit.board import Board
from wangge.cockpit.facts import FIGURES
from wangge.cockpit.framing import framed
from wangge.cockpit.rising import rising, topics
from wangge.cockpit.standing import offices_by_path, standing
from wangge.cockpit.tracing import ANY_OFFICE, Trace, one_office, other_offices
from wangge.cockpit.units import Unit
from wangge.duties import needs
from wangge.duties.models import Kind
from wangge.organization import queries as organization

VERSION: Final = 2
LATE: Final = "cases.overdue"
LATE_SHOWN: Final = 5
WEEKDAYS: Final = "一二三四五六日"


def pages(units: Sequence[Unit], *, for_on: date, now: datetime) -> dict[Unit, dict[str, Any]]:
    """The content of every unit's page for the morning of ``for_on``. The number of statements does not grow with
    the units."""
    board = boards.read(units, for_on - timedelta(days=1))
    kinds = dict(Kind.objects.order_by("catalogue__valid_from", "id").values_list("code", "name"))
    needed = needs.of_kinds(board.day)
    matters = danger.matters(board)
    dangers = danger.by_unit(matters, units)
    first = deciding.by_unit(deciding.questions(matters, now), units)
    offices = offices_by_path()
    risen = topics(board, units)
    found = {}
    for unit in units:
        told: dict[str, Any] = {
            "version": VERSION,
            "name": unit.name,
            "day": board.day.isoformat(),
            "weekday": WEEKDAYS[board.day.weekday()],
            "weeks": len(board.usual_days("cases.filed")),
            "late_made": timezone.localdate(now) > for_on,
            "figures": [words.figure(board, unit, code) for code in FIGURES],
            "needs": framed(board, unit, needed),
            "rose": [*risen.get(unit, []), *rising(board, unit, kinds)],
            "late": _late(board, unit),
            "danger": danger.told(board, unit, dangers.get(unit, ()), now),
            "standing": standing(board, unit, offices),
            "decide": first.get(unit),
        }
        told["headline"] = headline(told)
        found[unit] = told
    return found


def _late(board: Board, unit: Unit) -> dict[str, Any]:
    """Who is late with how many at the end of the day, most first."""
    everything = Trace.of(unit, LATE, board.day).kept()
    if unit.office_id is not None:
        return {"offices": [], "rest": 0, "trace": everything}
    ranked = sorted(board.late[unit].items(), key=lambda item: (-item[1], item[0] or 0))
    shown, rest = ranked[:LATE_SHOWN], ranked[LATE_SHOWN:]
    names = organization.names(office for office, _ in shown)
    return {
        "offices": [
            {
                "name": names.get(office or 0, "未派单"),
                "value": value,
                "trace": Trace(LATE, board.day, board.day, unit.path, one_office(office)).kept(),
            }
            for office, value in shown
        ],
        "rest": sum(value for _, value in rest),
        "rest_trace": Trace(
            LATE, board.day, board.day, unit.path, other_offices(office for office, _ in shown) if shown else ANY_OFFICE
        ).kept(),
        "trace": everything,
    }


def headline(told: dict[str, Any]) -> str:
    """The page in a sentence or two: what a leader reads who reads nothing else."""
    by_code = {one["code"]: one for one in told["figures"]}
    filed, late = by_code["cases.filed"], by_code["cockpit.overdue"]
    parts = [f"昨日登记{filed['shown']}"]
    if filed["usual"]:
        parts[0] += f"，{filed['change']}" if filed["way"] else "，与往常相当"
    rates = [by_code[code] for code in ("cases.solution", "cases.satisfaction") if by_code[code]["of"] >= words.FEW]
    if rates:
        parts.append("、".join(f"{one['label']}{one['shown']}" for one in rates))
    parts.append(f"超期在办{late['shown']}")
    if told["danger"]["open"]:
        parts.append(f"涉及人身安全未办结{told['danger']['open']}件")
    if told["rose"]:
        name = told["rose"][0]["name"]
        parts.append(f"{name if '“' in name else f'“{name}”'}明显上升")
    return "；".join(parts) + "。"


def digest(*, path: str, office_id: int | None, for_on: date, content: dict[str, Any]) -> str:
    """SHA-256 over what was frozen, the same whenever it is computed."""
    kept = [path, office_id, for_on.isoformat(), content]
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
