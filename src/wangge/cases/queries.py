"""Reads with more than one caller: searching, the story of a case, counts for lists and screens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import QuerySet

from wangge.cases import tallies
from wangge.cases.enums import CaseState, ClockName, ContactWay, NoticeKind, RequestKind, Satisfaction, Solved
from wangge.cases.flow import CaseFlow
from wangge.cases.models import Case, CaseQuerySet, CaseText, Requester
from wangge.cases.words import query
from wangge.kernel.access.personal import blind_index
from wangge.kernel.access.scopes import Scope, scope
from wangge.organization import queries as organization


def _digits(text: str) -> str:
    digits = text.replace("-", "").replace(" ", "")
    return digits if digits.isdigit() else ""


def looks_like_phone(text: str) -> bool:
    """Whether ``search`` takes ``text`` for a phone: the caller first narrows to requesters the user may read."""
    return 7 <= len(_digits(text)) <= 13


def search(rows: CaseQuerySet, text: str) -> CaseQuerySet:
    """``rows`` narrowed to a number, a phone or words, whichever ``text`` looks like."""
    text = text.strip()
    if not text:
        return rows
    digits = _digits(text)
    if len(digits) >= 15:
        return rows.filter(number=digits)
    if looks_like_phone(text):
        by_phone = Requester.objects.filter(phone_index=blind_index(digits, "phone")).values("case_id")
        return rows.filter(pk__in=by_phone)
    words = query(text)
    if not words:
        return rows.none()
    return rows.filter(words__vector=SearchQuery(words, search_type="raw", config="simple"))


def text_matches(text: str) -> QuerySet[CaseText]:
    """The words table alone, for counting."""
    return CaseText.objects.filter(vector=SearchQuery(query(text), search_type="raw", config="simple"))


def count(user: Any, *, states: Sequence[str] | None = None, path: str = "") -> int | None:
    """The exact number of cases ``user`` sees, from the tallies; None when they cannot say (office or grid scope)."""
    return _tallied(scope(user, "cases.read"), states, path)


def total_for(seen: Scope, rows: CaseQuerySet, *, state: str | None, path: str, narrowed: bool) -> int:
    """The exact number of ``rows``: from the tallies when only state and place narrow them, else counted."""
    known = None if narrowed else _tallied(seen, [state] if state else None, path)
    return rows.order_by().count() if known is None else known


def _tallied(seen: Scope, states: Sequence[str] | None, path: str) -> int | None:
    paths = [path] if path and any(path.startswith(p) for p in seen.paths) else list(seen.paths)
    if seen.offices or not paths or any(len(p) > 12 for p in paths) or (path and paths != [path]):
        return None
    return tallies.count(paths=paths, states=states)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the story: when, who, what, the words, and a tone (``info``, ``good``, ``bad``, ``wait``)."""

    at: datetime
    who: str
    what: str
    text: str = ""
    tone: str = "info"


TONES = {
    "check_fail": "bad",
    "send_back": "bad",
    "escalate": "bad",
    "supervise": "bad",
    "reopen": "bad",
    "reply": "good",
    "check_pass": "good",
    "close": "good",
    "call_back": "good",
    "suspend": "wait",
}


def story(case: Case) -> list[Line]:
    """Everything that happened, oldest first. Six statements, whatever the length."""
    steps = CaseFlow.steps()
    lines = []
    transitions = list(case.transitions.order_by("at", "pk"))
    names = organization.names([t.to_office_id for t in transitions])
    for t in transitions:
        label = steps[t.step].label if t.step in steps else "登记"
        to = f" → {names[t.to_office_id]}" if t.to_office_id in names else ""
        tone = TONES.get(t.step, "info")
        if t.step == "call_back" and t.target != CaseState.CLOSED:
            tone = "wait" if t.target == CaseState.CHECKED else "bad"
        lines.append(Line(t.at, t.actor_label, label + to, t.reason, tone))
    for c in case.contacts.all():
        text = "" if c.reached else "未联系上。"
        lines.append(
            Line(c.at, "", f"{ContactWay(c.way).label}联系诉求人", text + c.note, "info" if c.reached else "wait")
        )
    for b in case.call_back_rows.all():
        said = f"{Solved(b.solved).label},{Satisfaction(b.satisfaction).label}。" if b.reached else "未接通。"
        lines.append(Line(b.at, "", "回访结果", said + b.comment, "info"))
    for p in case.parts.exclude(answered_at=None).filter(role="assist"):
        assert p.answered_at is not None
        names_of = organization.names([p.office_id])
        lines.append(Line(p.answered_at, names_of.get(p.office_id, ""), "协办反馈", p.answer, "info"))
    for r in case.requests.all():
        lines.append(Line(r.asked_at, "", f"申请{RequestKind(r.kind).label}", r.reason, "wait"))
        if r.decided_at is not None:
            lines.append(Line(r.decided_at, "", f"{RequestKind(r.kind).label}{r.get_state_display()}", r.decision))
    # The same notice goes to several offices; the story tells it once.
    lines += dict.fromkeys(Line(n.at, "系统", NoticeKind(n.kind).label, n.text, "wait") for n in case.notices.all())
    return sorted(lines, key=lambda line: line.at)


def clock_lines(case: Case) -> list[dict[str, Any]]:
    """The clocks for the page: name, the clock itself, in the order sign, contact, finish."""
    order = {name: place for place, name in enumerate(ClockName.values)}
    rows = sorted(case.clocks.all(), key=lambda c: (order[c.name], c.pk))
    latest = {clock.name: clock for clock in rows}
    return [{"label": ClockName(name).label, "clock": clock} for name, clock in latest.items()]
