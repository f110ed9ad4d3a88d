"""Editing a draft: the same checks as writing it, on the version its editor saw. Nobody was told of anything yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from wangge.cases.models import Case
from wangge.duties.models import DutyItem
from wangge.kernel.access.models import User
from wangge.kernel.attachments.actions import prepare, store
from wangge.kernel.audit.recording import record
from wangge.kernel.flow import NotPermitted
from wangge.organization import queries as organization
from wangge.territory.enums import STREET_LENGTH
from wangge.whistle import policy
from wangge.whistle.drafting import Called, Spot, checked, give_tasks, origin_of, prepare_call
from wangge.whistle.enums import Role, SummonsState
from wangge.whistle.flow import WhistleFlow
from wangge.whistle.models import CitedItem, Summons, SummonsTransition, Task, Whistle, WhistleCase

# What is told of a change, in words.
PARTS: Final = {"called": "被吹单位和任务", "items": "清单条目", "cases": "所依据的事项"}


@transaction.atomic
def redraft(
    *,
    whistle: Whistle,
    seen: int,
    kind: str,
    title: str,
    text: str,
    tried: str,
    wanted: str,
    spot: Spot,
    called: Sequence[Called],
    items: Iterable[DutyItem],
    by: User,
    origin: str = "",
    cases: Sequence[Case] = (),
    files: Sequence[File[bytes]] = (),
    now: datetime | None = None,
) -> None:
    """Write a draft anew on the version ``seen``. Raises ``ValidationError`` with messages per field, ``NotPermitted``,
    ``Conflict`` when somebody changed, signed or blew it meanwhile."""
    now = now or timezone.now()
    if not policy.may_redraft(by, whistle) or not policy.may_draft(by, spot.path):
        raise NotPermitted("您不能为该区域起草吹哨。")
    origin = origin or origin_of(cases)
    said = {"title": title, "text": text, "tried": tried, "wanted": wanted}
    rows = checked(kind=kind, said=said, spot=spot, called=called, origin=origin, cases=cases, items=items, now=now)
    prepared = [prepare(file) for file in files]
    values: dict[str, Any] = {
        "kind": kind,
        "origin": origin,
        "title": title.strip()[:120],
        **{name: said[name].strip() for name in ("text", "tried", "wanted")},
        "matter_id": cases[0].kind_id if cases else None,
        "path": spot.path,
        "street_path": spot.path[:STREET_LENGTH],
        "address": spot.address.strip()[:200],
        "lng": spot.lng,
        "lat": spot.lat,
    }

    def change(held: Whistle) -> dict[str, Any]:
        labels = {field.attname: str(field.verbose_name) for field in held._meta.concrete_fields}
        told = [labels[name] for name, value in values.items() if getattr(held, name) != value]
        for name, value in values.items():
            setattr(held, name, value)
        before = _parts(held)
        _replace(held, cases, rows)
        _call(held, called, by=by, now=now)
        after = _parts(held)
        parts = {name: [before[name], after[name]] for name in PARTS if before[name] != after[name]}
        if parts:
            record("whistle.whistle.redraft_parts", held, changes=parts)
        return {"changed": list(dict.fromkeys([*told, *(PARTS[name] for name in parts)]))}

    WhistleFlow(whistle, by, now=now).redraft(seen=seen, change=change)
    for one in prepared:
        store(one, owner=whistle, purpose="evidence", by=by)


def _parts(whistle: Whistle) -> dict[str, Any]:
    """Cases, items and calls as the audit keeps them."""
    summonses = whistle.summonses.prefetch_related("tasks").order_by("-role", "office_id")
    names = organization.names([one.office_id for one in summonses])
    return {
        "cases": list(whistle.cases.order_by("pk").values_list("case__number", flat=True)),
        "items": list(whistle.items.order_by("pk").values_list("text", flat=True)),
        "called": [[names[one.office_id], one.role, [task.text for task in one.tasks.all()]] for one in summonses],
    }


def _replace(whistle: Whistle, cases: Sequence[Case], rows: Sequence[CitedItem]) -> None:
    WhistleCase.objects.filter(whistle=whistle).delete()
    WhistleCase.objects.bulk_create(WhistleCase(whistle=whistle, case=case) for case in cases)
    CitedItem.objects.filter(whistle=whistle).delete()
    for row in rows:
        row.whistle = whistle
    CitedItem.objects.bulk_create(rows)


def _call(whistle: Whistle, called: Sequence[Called], *, by: User, now: datetime) -> None:
    """Who stays keeps the summons; who is no longer to be called never was: nothing was sent."""
    wanted = {one.office_id: one for one in called}
    prepared = Summons.objects.filter(whistle=whistle, state=SummonsState.PREPARED)
    Task.objects.filter(summons__in=prepared).delete()
    dropped = prepared.exclude(office_id__in=wanted)
    SummonsTransition.objects.filter(subject__in=dropped).delete()
    dropped.delete()
    prepared.update(role=Role.ASSIST)  # two leads never stand beside each other, not even for a moment
    held = {summons.office_id: summons for summons in prepared}
    for one in called:
        if one.office_id in held:
            Summons.objects.filter(pk=held[one.office_id].pk).update(role=one.role)
            give_tasks(held[one.office_id], one)
        else:
            prepare_call(whistle, one, by=by, now=now)
