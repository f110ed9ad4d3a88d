"""What is the same matter: suggestions at filing, and a caller's earlier cases.

Near in kind, place and time, and alike in words. A suggestion only: a person links (``CaseFlow.link``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone

from wangge.cases import policy
from wangge.cases.enums import CaseState
from wangge.cases.models import Case, Requester
from wangge.cases.rules import rules_for
from wangge.cases.words import vector
from wangge.kernel.access.personal import blind_index

CANDIDATES: Final = 200
SHOWN: Final = 5
# Below this neither words nor distance make it worth a look.
WORTH: Final = 0.35
METRES_PER_DEGREE: Final = 111_320.0


@dataclass(frozen=True, slots=True)
class Repeat:
    """A case that may be the same matter; ``score`` 0–1, ``why`` in words."""

    case: Case
    score: float
    why: str


def distance_m(lng1: float, lat1: float, lng2: float, lat2: float) -> float:
    """Metres between two points, good to 0.5 % over a few kilometres (equirectangular)."""
    x = (lng2 - lng1) * math.cos(math.radians((lat1 + lat2) / 2))
    return math.hypot(x, lat2 - lat1) * METRES_PER_DEGREE


def _words(text: str) -> set[str]:
    return {part.split(":", 1)[0] for part in vector(text).split(" ") if part}


def similar(
    user: Any,
    *,
    text: str,
    path: str,
    kind_id: int | None = None,
    lng: float | None = None,
    lat: float | None = None,
    exclude_id: int | None = None,
    now: datetime | None = None,
) -> list[Repeat]:
    """Up to five cases of the last days in the same community that may be the same matter, best first.

    Only cases ``user`` may see (``user=None``: the system). Reads at most 200 rows, whatever the table size.
    """
    now = now or timezone.now()
    rules = rules_for(path)
    rows = Case.objects.all() if user is None else policy.rows(user)
    rows = rows.filter(
        path__startswith=path[:12], created_at__gte=now - timedelta(days=rules.repeat_days), root__isnull=True
    ).exclude(state__in=[CaseState.ARCHIVED, CaseState.LINKED])
    if exclude_id is not None:
        rows = rows.exclude(pk=exclude_id)
    if kind_id is not None:
        rows = rows.filter(Q(kind_id=kind_id) | Q(kind__isnull=True))
    words = _words(text)
    found = []
    for case in rows.order_by("-created_at")[:CANDIDATES]:
        theirs = _words(f"{case.title} {case.text}")
        alike = len(words & theirs) / len(words | theirs) if words and theirs else 0.0
        same_kind = kind_id is not None and case.kind_id == kind_id
        near, why = 0.0, []
        if lng is not None and lat is not None and case.lng is not None and case.lat is not None:
            metres = distance_m(lng, lat, case.lng, case.lat)
            if metres <= rules.repeat_radius_m:
                near = 1 - metres / rules.repeat_radius_m / 2
                why.append(f"相距{metres:.0f}米")
        if same_kind:
            why.append("类别相同")
        if alike >= 0.2:
            why.append(f"文字相似{alike:.0%}")
        score = min(0.6 * min(alike * 2, 1) + 0.25 * near + 0.15 * same_kind, 1.0)
        if score >= WORTH:
            found.append(Repeat(case, score, "、".join(why)))
    return sorted(found, key=lambda r: -r.score)[:SHOWN]


def caller_history(user: Any, phone: str, *, limit: int = 20) -> list[Case]:
    """The caller's earlier cases among those ``user`` may see, newest first."""
    index = blind_index(phone, "phone")
    if not index:
        return []
    mine = Requester.objects.filter(phone_index=index).values("case_id")
    return list(policy.rows(user).filter(pk__in=mine).select_related("kind").order_by("-created_at")[:limit])


def caller_count(phone: str, *, since: datetime) -> int:
    """How many cases this phone filed since ``since`` (a repeat caller is shown, never judged)."""
    index = blind_index(phone, "phone")
    return Requester.objects.filter(phone_index=index, case__created_at__gte=since).count() if index else 0
