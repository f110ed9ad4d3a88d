"""What happened with a whistle, in one line each: its own steps and those of every summons, in order of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from wangge.organization import queries as organization
from wangge.whistle.enums import CheckInWay, Rank
from wangge.whistle.flow import WhistleFlow
from wangge.whistle.models import SummonsTransition, Whistle
from wangge.whistle.summons_flow import SummonsFlow

TONES: Final[dict[str, str]] = {
    "blow": "warn",
    "sign_secretary": "info",
    "sign_director": "info",
    "close": "ok",
    "withdraw": "danger",
    "suspend": "hold",
    "object_to": "danger",
    "accept_objection": "warn",
    "arrive": "ok",
    "confirm_arrival": "ok",
    "arrive_again": "info",
    "confirm_again": "info",
}


@dataclass(frozen=True, slots=True)
class Line:
    at: datetime
    title: str
    who: str
    office: str
    note: str
    tone: str = "neutral"
    icon: str = "circle-dot"


def story(whistle: Whistle) -> list[Line]:
    """Every step, oldest first; meetings among them."""
    lines = [_own(row) for row in whistle.transitions.order_by("at", "pk")]
    rows = SummonsTransition.objects.filter(subject__whistle=whistle).select_related("subject").order_by("at", "pk")
    found = list(rows)
    names = organization.names([row.subject.office_id for row in found])
    lines += [_of(row, names.get(row.subject.office_id, "")) for row in found if row.step not in ("create", "release")]
    lines += [
        Line(m.held_at, f"协调会（{m.chair}主持）", "", "", m.summary, "info", "users-group")
        for m in whistle.meetings.all()
    ]
    return sorted(lines, key=lambda line: line.at)


def _own(row: Any) -> Line:
    steps = WhistleFlow.steps()
    label = steps[row.step].label if row.step in steps else "起草"
    note = row.reason
    if row.step == "suspend":
        note = f"至{row.data.get('until', '')}：{row.reason}"
    if row.step == "redraft":
        changed = "、".join(row.data.get("changed", [])) or "没有改动文字"
        note = f"{changed}；原签发作废，须重新签发" if row.data.get("unsigned") else changed
    if "source" in row.data:
        note = f"时限依据：{row.data['source']}"
    return Line(row.at, label, row.actor_label, "", note, TONES.get(row.step, "neutral"), "speakerphone")


def _of(row: SummonsTransition, office: str) -> Line:
    steps = SummonsFlow.steps()
    label = steps[row.step].label if row.step in steps else row.step
    tone = TONES.get(row.step, "neutral")
    note = row.reason
    if "way" in row.data:
        way, rank = CheckInWay(row.data["way"]).label, Rank(row.data["rank"]).label
        metres = row.data.get("distance_m")
        note = f"{way}，{rank}到场" + (f"，距集结地点{metres}米" if metres is not None else "")
    if row.step == "check":
        failed = row.data.get("failed", [])
        tone, note = ("danger", "；".join(failed)) if failed else ("ok", "全部通过")
    if row.step == "take_on":
        note = "；".join(row.data.get("tasks", []))
    if row.step == "accept_objection" and row.to_office_id:
        note = f"{row.reason}（改由{organization.names([row.to_office_id]).get(row.to_office_id, '')}承办）"
    who = row.actor_label if row.step not in ("send", "take_on") else ""
    return Line(row.at, label, who, office, note, tone)
