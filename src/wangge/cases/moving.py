"""When places get new codes: open matters follow, closed ones stay where they were, rules hold on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.core.cache import cache
from django.db import transaction
from django.db.models import Q

from wangge.cases.enums import LIVE_STATES
from wangge.cases.flow import CaseFlow
from wangge.cases.models import Case, CaseRules
from wangge.cases.rules import CACHE_KEY
from wangge.kernel.audit.recording import record
from wangge.territory import queries as territory
from wangge.territory.moves import moved, roots


@transaction.atomic
def follow_places(*, moves: Mapping[str, str], on: date) -> int:
    """Each open case at or below an old code goes to the new one, with a row of its own; how many. All or none."""
    done = 0
    for root in roots(moves):
        rows = Case.objects.filter(path__startswith=root, state__in=LIVE_STATES).order_by("pk")
        for case in rows.select_for_update().iterator(chunk_size=500):
            new = moved(case.path, moves)
            if new is None or new == case.path:
                continue
            names = f"{territory.full_name(case.path, from_level=4)} → {territory.full_name(new, from_level=4)}"
            CaseFlow(case).move_place(path=new, reason=f"区划变更：{names}"[:300])
            done += 1
    _repeat_rules(moves, on)
    if done:
        record("cases.case.follow_places", None, changes={"moves": dict(moves), "cases": done}, reason="区划变更")
    return done


def _repeat_rules(moves: Mapping[str, str], on: date) -> None:
    """Rules over an old code hold over the new one too; matters closed under the old one keep theirs."""
    held = CaseRules.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), path__in=moves)
    for rules in held:
        target = moves[rules.path]
        if CaseRules.objects.filter(path=target).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on)).exists():
            continue
        before = rules.path
        rules.pk, rules.path, rules.valid_from = None, target, max(on, rules.valid_from)
        rules.save(force_insert=True)
        record("cases.caserules.add", rules, changes={"path": [before, target]}, reason="区划变更")
    cache.delete(CACHE_KEY)
