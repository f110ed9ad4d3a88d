"""Learning names by night; a person refuses a wrong one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from wangge.cases.models import Case
from wangge.insight.places import names, policy
from wangge.insight.places.models import LearnedName
from wangge.kernel.access.models import User
from wangge.kernel.audit.recording import record
from wangge.territory.revision import changed

YEAR: Final = 365
MOST: Final = 200_000


@transaction.atomic
def learn(*, path: str, now: datetime) -> int:
    """Count the names in the district's addresses of the last year; how many are known now.

    A name that no longer means one place goes; a refused one stays refused.
    """
    since = now - timedelta(days=YEAR)
    rows = Case.objects.filter(path__startswith=path, created_at__gte=since, is_private=False).exclude(address="")
    held = rows.order_by("-created_at").values_list("address", "path")[:MOST]
    found = {(one.path, one.name): one for one in names.learn(held.iterator(chunk_size=5000))}
    today = timezone.localdate(now)
    known = {(one.path, one.name): one for one in LearnedName.objects.filter(path__startswith=path)}
    gone = [one.pk for key, one in known.items() if key not in found and one.refused_at is None]
    LearnedName.objects.filter(pk__in=gone).delete()
    for key, one in known.items():
        if key in found:
            one.cases, one.share = found[key].cases, found[key].share
    LearnedName.objects.bulk_update([one for key, one in known.items() if key in found], ["cases", "share"], 500)
    new = [
        LearnedName(name=one.name, path=one.path, cases=one.cases, share=one.share, learned_on=today)
        for key, one in found.items()
        if key not in known
    ]
    LearnedName.objects.bulk_create(new, batch_size=1000)
    if new or gone:
        changed()
    return len(found)


@transaction.atomic
def refuse(*, name: LearnedName, by: User, now: datetime | None = None) -> LearnedName:
    """Use a learned name no more; a second press changes nothing."""
    held = LearnedName.objects.select_for_update().get(pk=name.pk)
    if not policy.may_refuse(by, held):
        raise PermissionDenied("您不能停用这个地名。")
    if held.refused_at is None:
        held.refused_at, held.refused_by_id = now or timezone.now(), by.pk
        held.save(update_fields=["refused_at", "refused_by_id"])
        record("places.learned_name.refuse", held, changes={"name": [held.name, None]})
        changed()
    return held
