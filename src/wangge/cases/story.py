"""The story of a case: everything that happened, in one list, oldest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from wangge.cases.enums import ContactWay, NoticeKind, PartRole, RequestKind, Satisfaction, Solved
from wangge.cases.flow import CaseFlow
from wangge.cases.models import Case, CaseTransition
from wangge.organization import queries as organization


@dataclass(frozen=True, slots=True)
class Line:
    """One line: when, who, what, the words, and a tone (``info``, ``good``, ``bad``, ``wait``)."""

    at: datetime
    who: str
    what: str
    text: str = ""
    tone: str = "info"


TONES: Final = {
    "check_fail": "bad",
    "send_back": "bad",
    "hand_back": "bad",
    "escalate": "bad",
    "supervise": "bad",
    "reopen": "bad",
    "reply": "good",
    "check_pass": "good",
    "close": "good",
    "suspend": "wait",
}
# These steps leave a record of their own that says more; the step only says who.
RECORDED: Final = frozenset({"contact", "call_back", "report_part"})


def story(case: Case) -> list[Line]:
    """Everything that happened, oldest first. Six statements, whatever the length."""
    transitions = list(case.transitions.order_by("at", "pk"))
    who = {t.at: t.actor_label for t in transitions}
    lines = [*_steps(transitions), *_talks(case, who), *_parts(case, who), *_requests(case)]
    # The same notice goes to several offices; the story tells it once.
    lines += dict.fromkeys(Line(n.at, "系统", NoticeKind(n.kind).label, n.text, "wait") for n in case.notices.all())
    return sorted(lines, key=lambda line: line.at)


def _steps(transitions: list[CaseTransition]) -> Iterator[Line]:
    steps = CaseFlow.steps()
    names = organization.names([t.to_office_id for t in transitions])
    for t in transitions:
        if t.step in RECORDED:
            continue
        label = steps[t.step].label if t.step in steps else "登记"
        to = f" → {names[t.to_office_id]}" if t.to_office_id in names else ""
        asked = str(t.data.get("asked") or "")
        yield Line(t.at, t.actor_label, label + to, t.reason or asked, TONES.get(t.step, "info"))


def _talks(case: Case, who: dict[datetime, str]) -> Iterator[Line]:
    for c in case.contacts.all():
        text = c.note if c.reached else f"未联系上。{c.note}"
        tone = "info" if c.reached else "wait"
        yield Line(c.at, who.get(c.at, ""), f"{ContactWay(c.way).label}联系诉求人", text, tone)
    for b in case.call_back_rows.all():
        if not b.reached:
            yield Line(b.at, who.get(b.at, ""), "回访", f"未接通。{b.comment}", "wait")
            continue
        said = f"{Solved(b.solved).label}，{Satisfaction(b.satisfaction).label}。{b.comment}"
        yield Line(b.at, who.get(b.at, ""), "回访", said, "bad" if b.solved == Solved.NO else "good")


def _parts(case: Case, who: dict[datetime, str]) -> Iterator[Line]:
    answered = list(case.parts.filter(role=PartRole.ASSIST).exclude(answered_at=None))
    names = organization.names([p.office_id for p in answered])
    for p in answered:
        assert p.answered_at is not None
        by = " ".join(filter(None, (names.get(p.office_id, ""), who.get(p.answered_at, ""))))
        yield Line(p.answered_at, by, "协办反馈", p.answer)


def _requests(case: Case) -> Iterator[Line]:
    for r in case.requests.all():
        yield Line(r.asked_at, "", f"申请{RequestKind(r.kind).label}", r.reason, "wait")
        if r.decided_at is not None:
            yield Line(r.decided_at, "", f"{RequestKind(r.kind).label}{r.get_state_display()}", r.decision)
