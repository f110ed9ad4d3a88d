"""Checking what is written and what was sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, F, OuterRef, Q

from wangge.cases.models import Case, CaseTransition
from wangge.insight.replies.checking import Hint, Likeness, check
from wangge.insight.replies.models import ReplyCheck
from wangge.insight.replies.parts import take_apart
from wangge.insight.replies.sketch import Sketch, likeness, sketch
from wangge.kernel.access.database import as_system
from wangge.kernel.jobs.sweeper import each

# So many of an office's latest replies are compared.
COMPARED: Final = 300
BATCH: Final = 1000
FIRST_LOOK_BACK: Final = timedelta(days=60)
# Steps taken at the same time may be committed in another order.
OVERLAP: Final = timedelta(hours=2)


def hints_for(*, case: Case, text: str) -> list[Hint]:
    """What ``text``, about to be sent as the reply to ``case``, lacks."""
    own = sketch(text)
    return check(f"{case.title}\n{case.text}", text, _likeness(own, case, case.holder_office_id))


def check_sent(*, now: datetime) -> int:
    """Check the replies sent since the last time; how many."""
    with as_system():
        last = ReplyCheck.objects.order_by("-at").values_list("at", flat=True).first()
        since = last - OVERLAP if last is not None else now - FIRST_LOOK_BACK
        sent = CaseTransition.objects.filter(
            ~Exists(ReplyCheck.objects.filter(transition_id=OuterRef("pk"))),
            # A reply that was written anew stands no more; only the last one has its words.
            Q(subject__replied_at=F("at")),
            step="reply",
            at__gte=since,
        )
        return each(sent.select_related("subject").order_by("at", "pk")[:BATCH], _keep)


def _keep(step: CaseTransition) -> None:
    case = step.subject
    office_id = step.office_id or case.lead_office_id
    if office_id is None or not case.reply:
        return
    own = sketch(case.reply)
    alike = _likeness(own, case, office_id)
    hints = check(f"{case.title}\n{case.text}", case.reply, alike)
    ReplyCheck.objects.create(
        case=case,
        transition_id=step.pk,
        path=case.path,
        office_id=office_id,
        office_ids=[office_id],
        at=step.at,
        hints=[hint.code for hint in hints],
        length=take_apart(case.reply).length,
        closest=round(alike.closest * 100),
        pieces=list(own.pieces),
        sentences=list(own.sentences),
    )


def _likeness(own: Sketch, case: Case, office_id: int | None) -> Likeness:
    """Against the office's latest replies to other matters; repeats of one matter may be answered alike."""
    if office_id is None:
        return Likeness()
    others = ReplyCheck.objects.filter(office_id=office_id).exclude(case_id=case.pk).exclude(case__root_id=case.pk)
    if case.root_id is not None:
        others = others.exclude(Q(case_id=case.root_id) | Q(case__root_id=case.root_id))
    with as_system():
        found = list(others.order_by("-at").values_list("pieces", "sentences")[:COMPARED])
    return likeness(own, found)
