"""What a grid worker has before them: the own grids with their counts, the matters there, the common kinds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.cache import cache
from django.db.models import Count, Q
from django.db.models.functions import Substr
from django.utils import timezone

from wangge.cases import policy
from wangge.cases.boxes import BOXES
from wangge.cases.enums import CaseState, Channel
from wangge.cases.models import Case, CaseQuerySet
from wangge.duties import snapshot
from wangge.duties.snapshot import KindRef
from wangge.duties.suggestion import suggest_kinds
from wangge.kernel.access.scopes import scope
from wangge.territory import queries as territory

USE: Final = "field.use"
STREET, COMMUNITY, GRID = 9, 12, 15
COMMON: Final = 12
# What is met on every round; they fill the buttons until the street's own reports do.
EVERYDAY: Final = (
    "垃圾清运", "路灯不亮", "井盖破损", "乱停车", "占道经营", "楼道堆物", "噪声扰民", "飞线充电",
    "消防通道堵塞", "下水道堵塞", "绿化养护", "乱贴小广告", "积水", "犬只", "房屋漏水", "邻里纠纷",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class GridRow:
    """One of the user's grids: open matters, those to check, those overdue."""

    code: str
    name: str
    active: int = 0
    check: int = 0
    late: int = 0


def roots(user: Any) -> tuple[str, ...]:
    """Where the user works: as a grid or community worker, else as a deputy."""
    return scope(user, USE).paths or scope(user, "cases.suggest").paths


def places(user: Any) -> list[tuple[str, str]]:
    """The grids (of a street: its communities) in which the user reports, code and name."""
    found: list[tuple[str, str]] = []
    for root in roots(user):
        if len(root) == GRID:
            found.append((root, territory.name_of(root)))
        elif len(root) == COMMUNITY:
            inside = [(g.code, g.name) for g in territory.grids_of(root)]
            found += inside or [(root, territory.name_of(root))]
        else:
            found += [(d.code, d.name) for d in territory.children(root)]
    return found


def in_my_grids(user: Any) -> CaseQuerySet:
    return policy.rows(user).filter(scope(user, USE).q("path", ""))


def my_grids(user: Any, now: datetime) -> list[GridRow]:
    """The user's grids with their counts, in two statements; what lies in no grid comes last."""
    counted = (
        in_my_grids(user)
        .open()
        .annotate(place=Substr("path", 1, GRID))
        .values("place")
        .annotate(
            active=Count("pk"),
            waiting=Count("pk", filter=Q(state=CaseState.REPLIED)),
            late=Count("pk", filter=Q(next_due_at__lt=now)),
        )
        .order_by("place")
    )
    counts = {row["place"]: (row["active"], row["waiting"], row["late"]) for row in counted}
    named = dict(places(user)) if scope(user, USE) else {}
    rows = [GridRow(code, name, *counts.pop(code, (0, 0, 0))) for code, name in named.items()]
    names = territory.names_of(counts)
    return rows + [GridRow(code, f"{names[code]}（未定网格）", *numbers) for code, numbers in counts.items()]


def _of_boxes(*codes: str) -> Callable[[Any, datetime], CaseQuerySet]:
    def rows(user: Any, _now: datetime) -> CaseQuerySet:
        condition = Q(pk__in=())
        for code in codes:
            condition |= Q(pk__in=BOXES[code].rows(user).order_by().values("pk"))
        return policy.rows(user).filter(condition)

    return rows


@dataclass(frozen=True, slots=True)
class View:
    """A choice above the list."""

    code: str
    label: str
    rows: Callable[[Any, datetime], CaseQuerySet]


VIEWS: Final = (
    View("todo", "待我办", _of_boxes("sign", "handle", "part")),
    View("check", "待核查", _of_boxes("check")),
    View("open", "网格在办", lambda user, _now: in_my_grids(user).open()),
    View("late", "已超期", lambda user, now: in_my_grids(user).overdue(now)),
    View("all", "全部", lambda user, _now: in_my_grids(user)),
)


def first_waiting(user: Any, now: datetime) -> View:
    """What the phone opens with: what waits for the user to do, else to check, else what is open."""
    return next((view for view in VIEWS[:2] if view.rows(user, now).exists()), VIEWS[2])


def common_kinds(path: str) -> list[KindRef]:
    """The kinds most reported on the rounds in this street lately, filled up with everyday ones. At most twelve."""
    held = snapshot.current()
    leaves = {k.id: k for k in held.current_leaves()}
    key = f"cases.common_kinds.{held.token}.{path[:STREET]}"
    ids: list[int] | None = cache.get(key)
    if ids is None:
        recent = Case.objects.filter(
            path__startswith=path[:STREET],
            channel=Channel.GRID,
            kind__isnull=False,
            created_at__gte=timezone.now() - timedelta(days=90),
        )
        used = recent.order_by().values("kind_id").annotate(n=Count("pk")).order_by("-n", "kind_id")[:COMMON]
        ids = [row["kind_id"] for row in used if row["kind_id"] in leaves]
        for words in EVERYDAY:
            ids += [s.kind_id for s in suggest_kinds(words, limit=1)]
        ids = list(dict.fromkeys([*ids, *sorted(leaves, key=lambda i: leaves[i].code)]))[:COMMON]
        cache.set(key, ids, 600)
    return [leaves[i] for i in ids if i in leaves]


def own_reports(user: Any) -> CaseQuerySet:
    """What the user filed: for deputies, who see no other matter."""
    return Case.objects.filter(created_by_id=user.pk)
