"""Personal data of closed cases goes when the time it may be kept is over (PIPL arts. 19, 47).

Gone are the requester's name, phone and index, the files the requester sent, and every phone or identity number
written into the text, the answer and the notes of contacts. What was asked, decided and done stays: it is the
record of an authority. Copies in backups go when those do (docs/deployment.md).
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from wangge.cases.enums import DONE_STATES
from wangge.cases.following import OWN_FILES
from wangge.cases.models import CallBack, Case, CaseErasure, CaseRules, CaseText, Contact, ImportedRow, Requester
from wangge.cases.rules import rules_for
from wangge.cases.words import as_vector
from wangge.kernel.attachments.actions import erase
from wangge.kernel.attachments.models import Attachment
from wangge.kernel.audit.recording import record
from wangge.kernel.jobs.sweeper import each

BATCH: Final = 500
# One run handles this many at most; the next goes on.
MOST: Final = 20_000
GONE: Final = "〔已清除〕"
# Identity numbers, mobile phones, fixed ones with their area code; not the dates and amounts around them.
NUMBERS: Final = re.compile(r"(?<!\d)(?:\d{17}[\dXx]|1[3-9]\d[ -]?\d{4}[ -]?\d{4}|0\d{2,3}[- ]?[2-9]\d{6,7})(?!\d)")


def without_numbers(text: str) -> str:
    """``text`` with every phone and identity number replaced."""
    return NUMBERS.sub(GONE, text)


def expired(now: datetime) -> QuerySet[Case]:
    """Done cases that the shortest rule could reach and that were not handled yet, longest closed first."""
    built_in = CaseRules().retention_days
    shortest = min([built_in, *CaseRules.objects.values_list("retention_days", flat=True)])
    return (
        Case.objects.filter(state__in=DONE_STATES, closed_at__lt=now - timedelta(days=shortest))
        .exclude(Exists(CaseErasure.objects.filter(case=OuterRef("pk"))))
        .order_by("closed_at", "pk")
    )


def erase_expired(*, now: datetime) -> int:
    """Erase what is over, each case in a transaction of its own; how many cases. A bad row stays for the next run."""
    done = seen = 0
    after: Case | None = None
    while seen < MOST:
        rows = expired(now)
        if after is not None:
            rows = rows.filter(Q(closed_at__gt=after.closed_at) | Q(closed_at=after.closed_at, pk__gt=after.pk))
        batch = list(rows[:BATCH])
        if not batch:
            break
        done += each([case for case in batch if is_over(case, now)], lambda case: erase_personal(case=case, now=now))
        seen, after = seen + len(batch), batch[-1]
    return done


def is_over(case: Case, now: datetime) -> bool:
    """Whether the rule of the case's place says that its time is over."""
    days = rules_for(case.path).retention_days
    return case.closed_at is not None and case.closed_at < now - timedelta(days=days)


def _without_numbers(case: Case) -> list[str]:
    """Rewrite the texts of ``case`` that hold a number; their names."""
    changed = []
    for name in ("title", "text", "reply"):
        before = getattr(case, name)
        if (clean := without_numbers(before)) != before:
            setattr(case, name, clean)
            changed.append(name)
    if changed:
        case.save(update_fields=changed)
        CaseText.objects.filter(case=case).update(vector=as_vector(case))
    for model, field in ((Contact, "note"), (CallBack, "comment")):
        rows = model._default_manager.filter(case=case)
        for pk, text in rows.values_list("pk", field):
            if (clean := without_numbers(text)) != text:
                rows.filter(pk=pk).update(**{field: clean})
    return changed


def erase_personal(*, case: Case, now: datetime) -> None:
    """Erase what is personal in ``case`` for good. Call inside a transaction."""
    days = rules_for(case.path).retention_days
    reason = f"结案满{days}天，保存期限届满"
    CaseErasure.objects.create(case=case, at=now)
    ImportedRow.objects.filter(case=case).delete()
    gone = Requester.objects.filter(case=case).update(name=None, phone=None, phone_index=None)
    files = Attachment.objects.filter(
        owner_type="cases.case", owner_id=case.pk, purpose__in=OWN_FILES, uploaded_by__isnull=True, erased_at=None
    )
    erased = erase(attachments=list(files), reason=reason)
    changed = _without_numbers(case)
    record(
        "cases.case.erase_personal",
        case,
        changes={"requester": gone, "files": erased, "texts": changed},
        reason=reason,
    )
