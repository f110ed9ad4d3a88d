"""A requester follows a matter: found by number and phone, told in plain words, rated, supplemented.

Nothing here speaks of a person who works on it, of an internal reason, or of anybody else's matter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from wangge.cases import limits, validators
from wangge.cases.enums import CaseState, ContactWay
from wangge.cases.flow import CaseFlow
from wangge.cases.guards import RATED_WITHIN_DAYS
from wangge.cases.models import Case, CaseTransition, Contact
from wangge.kernel.access.database import as_system
from wangge.kernel.access.personal import blind_index
from wangge.kernel.attachments.actions import Prepared, store
from wangge.kernel.attachments.models import Attachment
from wangge.kernel.attachments.queries import of
from wangge.kernel.audit.context import Actor, bind, current
from wangge.kernel.audit.recording import record, record_read
from wangge.kernel.flow import Refused
from wangge.organization import queries as organization

S = CaseState
REQUESTER: Final = Actor("resident", None, "诉求人")
OWN_FILES: Final = ("evidence", "supplement")

# State → where the matter stands, and what comes next.
STANDS: Final[dict[str, tuple[str, str]]] = {
    S.RECEIVED: ("已收到", "我们正在确定由哪个单位办理。"),
    S.DISPATCHED: ("已派单", "已交给承办单位，等待签收。"),
    S.RETURNED: ("协调中", "正在协调由哪个单位办理，不影响您的事项。"),
    S.HANDLING: ("办理中", "承办单位正在办理。"),
    S.SUSPENDED: ("暂缓办理", "这件事暂时办不了，到期后会继续办理。"),
    S.REPLIED: ("现场核实中", "承办单位已经处理，我们正在现场核实。"),
    S.CHECKED: ("已答复，请您评价", "事情办得怎么样，请告诉我们。"),
    S.LINKED: ("合并办理中", "有同样的事项正在办理，会一并给您答复。"),
    S.ANSWERED: ("已答复", "感谢您的反映。"),
    S.CLOSED: ("已办结", "感谢您的反映。"),
    S.ARCHIVED: ("已办结", "感谢您的反映。"),
}
# Step → what the requester is told; steps that are not here are internal.
TOLD_STEPS: Final[dict[str, str]] = {
    "create": "已登记",
    "dispatch": "已派给{office}",
    "sign": "{own}已签收",
    "contact": "承办单位与您联系",
    "assign": "已安排{office}办理",
    "report_part": "{own}已反馈办理情况",
    "reply": "{own}已提交办理结果",
    "check_pass": "现场核实通过",
    "check_fail": "现场核实未通过，继续办理",
    "suspend": "暂缓办理",
    "resume": "恢复办理",
    "link": "与同类事项合并办理",
    "follow_root": "已随同类事项答复",
    "answer": "已答复",
    "decline": "已答复",
    "close": "已办结",
    "reopen": "重新办理",
}
TONES: Final = {"check_fail": "warn", "suspend": "hold", "reopen": "warn", "reply": "ok", "check_pass": "ok"}
# An answer is shown when it stands: checked, or closed.
ANSWERED_STATES: Final = (S.CHECKED, S.ANSWERED, S.CLOSED, S.ARCHIVED)


class Waits(Exception):
    """Too many wrong tries; ``seconds`` until the next is looked at."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"查询次数过多，请{limits.in_words(seconds)}再试；着急请拨打12345。")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Told:
    """One line for the requester: when, what, and a tone."""

    at: datetime
    title: str
    tone: str = "info"
    icon: str = "circle-dot"


def find(*, number: str, phone: str) -> Case | None:
    """The case with this number whose requester left this phone. Wrong tries are counted and recorded.

    Raises ``Waits`` when there were too many, for this number or from the bound address. The answer is the
    same for a wrong number and a wrong phone.
    """
    number = re.sub(r"\D", "", number)[:24]
    address = current().address
    seconds = max(limits.wait(limits.MISSES_PER_NUMBER, number), limits.wait(limits.MISSES_PER_ADDRESS, address))
    if seconds:
        raise Waits(seconds)
    with as_system():
        case = Case.objects.filter(number=number, requester__phone_index__in=_indexes(phone)).first()
    with bind(actor=REQUESTER):
        if case is None:
            record("cases.follow.miss", changes={"number": [None, number]}, path="")
            limits.hit(limits.MISSES_PER_NUMBER, number)
            limits.hit(limits.MISSES_PER_ADDRESS, address)
        else:
            record_read(case, "progress")
    return case


def _indexes(phone: str) -> list[bytes]:
    """The indexes under which this phone may have been filed: as typed, and with or without the country's code."""
    typed = re.sub(r"[\s()()]", "", phone)
    bare = re.sub(r"^\+?86(?=1\d{10}$)", "", typed)
    return [blind_index(text, "phone") for text in {typed, bare, f"+86{bare}", f"86{bare}"} if bare]


def steps_told(case: Case) -> list[Told]:
    """The way so far in plain words, oldest first, with the names of offices and of nobody."""
    rows: list[CaseTransition] = list(case.transitions.order_by("at", "pk"))
    names = organization.names([office for t in rows for office in (t.to_office_id, t.office_id)])
    told = []
    for t in rows:
        title = _title(t, names)
        if title:
            tone = TONES.get(t.step, "info")
            told.append(Told(t.at, title, tone, "check" if tone == "ok" else "circle-dot"))
    return told


def _title(t: CaseTransition, names: dict[int, str]) -> str:
    if t.step in {"call_back", "rate"}:
        if t.actor_kind == REQUESTER.kind:
            return "您的评价已收到" + ("，已安排重新办理" if t.target == S.HANDLING else "")
        return {S.CLOSED: "回访完成，已办结", S.HANDLING: "回访未解决，已安排重新办理"}.get(
            S(t.target), "回访未联系上您，稍后再联系"
        )
    words = TOLD_STEPS.get(t.step, "")
    own = names.get(t.office_id or 0, "承办单位")
    return words.format(office=names.get(t.to_office_id or 0, "承办单位"), own=own)


def expected(case: Case) -> datetime | None:
    """Until when it should be answered; None when it is, or when nobody knows yet."""
    return case.finish_due_at if case.is_open and case.state not in {S.SUSPENDED, S.CHECKED} else None


def answer_of(case: Case) -> str:
    return case.reply if case.state in ANSWERED_STATES else ""


def files_of(case: Case) -> list[Attachment]:
    """What the requester gave, never what the staff took."""
    return list(of(case).filter(purpose__in=OWN_FILES, uploaded_by__isnull=True))


def may_rate(case: Case, now: datetime | None = None) -> bool:
    """While the call-back is open, and a week after a close that reached nobody."""
    if case.state == S.CHECKED:
        return True
    now = now or timezone.now()
    recent = case.closed_at is not None and now <= case.closed_at + timedelta(days=RATED_WITHIN_DAYS)
    return case.state == S.CLOSED and not case.satisfaction and recent


def may_supplement(case: Case) -> bool:
    return case.is_open


def rate(*, case: Case, solved: str, satisfaction: str, comment: str, seen: int) -> Case:
    """The requester answers *solved?* and *satisfied?*: the call-back, taken by the system in their name."""
    given: dict[str, Any] = {"solved": solved, "satisfaction": satisfaction, "comment": comment.strip()[:500]}
    with as_system(), bind(actor=REQUESTER):
        flow = CaseFlow(case)
        if case.state == S.CLOSED:
            flow.rate(seen=seen, **given)
        else:
            flow.call_back(seen=seen, way=ContactWay.MESSAGE, reached=True, **given)
    return case


def supplement(*, case: Case, text: str, files: Sequence[Prepared] = ()) -> None:
    """More words and photos of the requester, for whoever handles the case. Raises ``Refused``."""
    if not may_supplement(case):
        raise Refused("事项已经办结，不能再补充；问题仍在，请重新上报。")
    if not text.strip() and not files:
        raise Refused("请填写补充说明，或添加照片。")
    if seconds := limits.hit(limits.WORDS_PER_CASE, case.number):
        raise Refused(f"补充次数较多，请{limits.in_words(seconds)}再试。")
    words = validators.check_text(text)[:2000] if text.strip() else "补充了照片。"
    with transaction.atomic(), as_system(), bind(actor=REQUESTER):
        Contact.objects.create(
            case=case, way=ContactWay.MESSAGE, reached=True, note=f"诉求人补充：{words}", at=timezone.now()
        )
        for file in files:
            store(file, owner=case, purpose="supplement", by=None)
        record("cases.case.supplement", case, changes={"files": [None, len(files)]})
