"""Filters of the lists of cases that need the user, or a long list to pick from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from wangge.cases import enums, hotlines, policy, queries, tallies
from wangge.cases.boxes import boxes_for
from wangge.cases.models import Case
from wangge.cases.streets import STREET, at
from wangge.duties import snapshot
from wangge.kernel.access.scopes import scope
from wangge.kernel.listing.filters import Choice, DateRange, Filter, FilterError, Rows, Text
from wangge.organization import book
from wangge.organization import queries as organization
from wangge.territory import queries as territory

COMMUNITY, GRID = 12, 15
NO_STREET = "none"


@dataclass(frozen=True, slots=True)
class Search(Text):
    """A number, a phone or words. By phone only among cases whose requester the user may read."""

    @property
    def template(self) -> str:
        return "listing/filters/text.html"

    def parse(self, data: QueryDict, request: HttpRequest) -> Any:
        typed = super(Search, self).parse(data, request)
        return (typed, request.user) if typed else None

    def narrow(self, rows: Rows, value: Any) -> Rows:
        typed, user = value
        if queries.looks_like_phone(typed):
            rows = rows.filter(policy.requester_visible(user))
        return queries.search(rows, typed, within=scope(user, "cases.read"))  # type: ignore[arg-type]

    def describe(self, value: Any, request: HttpRequest) -> str:  # noqa: ARG002
        return str(value[0])


@dataclass(frozen=True, slots=True)
class BoxFilter(Choice):
    """One of the user's boxes."""

    @property
    def template(self) -> str:
        return "listing/filters/choice.html"

    def options(self, request: HttpRequest) -> list[tuple[str, str]]:
        return [(box.code, box.label) for box in boxes_for(request.user)]

    def parse(self, data: QueryDict, request: HttpRequest) -> Any:
        code = super(BoxFilter, self).parse(data, request)
        if code is None:
            return None
        return next((box, request.user) for box in boxes_for(request.user) if box.code == code)

    def narrow(self, rows: Rows, value: Any) -> Rows:
        box, user = value
        return rows.filter(pk__in=box.rows(user).order_by().values("pk"))

    def describe(self, value: Any, request: HttpRequest) -> str:  # noqa: ARG002
        return str(value[0].label)


def place_options(request: HttpRequest) -> list[tuple[str, str]]:
    """Streets of the user's area; below the chosen one its communities, below the chosen community its grids."""
    chosen = request.GET.get("place", "")
    roots = scope(request.user, "cases.read").paths or (str(settings.HOME_DIVISION),)
    found: list[tuple[str, str]] = []
    for root in roots:
        tops = [(d.code, d.name) for d in territory.children(root)] if len(root) < STREET else [(root, "")]
        for code, name in tops:
            found.append((code, name or territory.name_of(code)))
            found += _inside(code, chosen)
    if any(len(root) < STREET for root in roots):
        found.append((NO_STREET, "未定到街道"))
    return found


def _inside(code: str, chosen: str) -> list[tuple[str, str]]:
    """What lies below ``code``, as deep as ``chosen`` opens it, each level further in."""
    if not chosen.startswith(code) or len(code) >= GRID:
        return []
    if len(code) == COMMUNITY:
        return [(g.code, f"\u3000\u3000{g.name}") for g in territory.grids_of(code)]
    found: list[tuple[str, str]] = []
    for d in territory.children(code):
        found.append((d.code, f"\u3000{d.name}"))
        found += _inside(d.code, chosen)
    return found


@dataclass(frozen=True, slots=True)
class PlaceFilter(Choice):
    """A place and everything below it."""

    @property
    def template(self) -> str:
        return "listing/filters/choice.html"

    def options(self, request: HttpRequest) -> list[tuple[str, str]]:
        held: list[tuple[str, str]] | None = getattr(request, "_case_places", None)
        if held is None:
            held = place_options(request)
            request._case_places = held  # type: ignore[attr-defined]
        return held

    def narrow(self, rows: Rows, value: Any) -> Rows:
        if value == NO_STREET:
            # By name, as an index can: there are few such paths.
            return rows.filter(path__in=tallies.paths_above(STREET))
        return rows.filter(at(value))

    def describe(self, value: Any, request: HttpRequest) -> str:
        return super(PlaceFilter, self).describe(value, request).strip("\u3000")


Options = Callable[[HttpRequest], list[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Pick(Filter):
    """One of a long list, picked by typing part of its name. The address carries the value, not the name."""

    choices: Options = lambda _request: []
    apply: Callable[[Rows, str], Rows] = lambda rows, _value: rows
    placeholder: str = "输入名称选择"

    @property
    def template(self) -> str:
        return "cases/desk/filter_pick.html"

    def parse(self, data: QueryDict, request: HttpRequest) -> Any:
        typed = data.get(self.name, "").strip()
        if not typed:
            return None
        options = self.choices(request)
        for value, label in options:
            if typed in (value, label):
                return value
        partly = [value for value, label in options if typed in label]
        if len(partly) != 1:
            problem = "没有" if not partly else f"有{len(partly)}个含有"
            raise FilterError(f"“{self.label}”{problem}“{typed[:40]}”，请从列表中选择一个。")
        return partly[0]

    def narrow(self, rows: Rows, value: Any) -> Rows:
        return self.apply(rows, value)

    def describe(self, value: Any, request: HttpRequest) -> str:
        return dict(self.choices(request)).get(value, str(value))

    def shown(self, data: QueryDict, request: HttpRequest) -> dict[str, Any]:
        options = self.choices(request)
        typed = data.get(self.name, "")
        return {"options": [label for _, label in options], "shown": dict(options).get(typed, typed)}


@dataclass(frozen=True, slots=True)
class Quiet(Choice):
    """A choice that figures elsewhere link to: no control of its own, only its chip."""

    @property
    def template(self) -> str:
        return "cases/desk/filter_quiet.html"


@dataclass(frozen=True, slots=True)
class QuietPick(Pick):
    """As ``Quiet``, over a long list."""

    @property
    def template(self) -> str:
        return "cases/desk/filter_quiet_pick.html"


@dataclass(frozen=True, slots=True)
class QuietDates(DateRange):
    """As ``Quiet``, over days of something that comes after the filing."""

    def narrow(self, rows: Rows, value: Any) -> Rows:
        found = super(QuietDates, self).narrow(rows, value)
        if value[1] is None:
            return found
        # It follows from the other condition (a day to spare), and tells the newest first where to begin reading.
        later = timezone.make_aware(datetime.combine(value[1] + timedelta(days=2), time.min))
        return found.filter(created_at__lt=later)

    @property
    def template(self) -> str:
        return "cases/desk/filter_quiet_dates.html"


def kind_options(_request: HttpRequest) -> list[tuple[str, str]]:
    """Every kind of the published catalogue, groups too: filtering by a group finds all below it."""
    held = snapshot.current()
    kinds = [k for k in held.kinds.values() if k.catalogue_id == held.current_catalogue_id]
    return [(k.code, f"{k.code} {k.name}") for k in sorted(kinds, key=lambda k: k.code)]


def _kinds(code: str) -> list[int]:
    return [k.id for k in snapshot.current().kinds.values() if k.code.startswith(code)]


def by_kind(rows: Rows, code: str) -> Rows:
    return rows.filter(kind_id__in=_kinds(code))


def is_leaf(code: str) -> bool:
    """Whether the code stands for one kind, not for a group."""
    return len(_kinds(code)) <= 1


def office_options(request: HttpRequest) -> list[tuple[str, str]]:
    """The offices in force on the line of the user's places."""
    roots = scope(request.user, "cases.read").paths or (str(settings.HOME_DIVISION),)
    return [
        (str(o.id), o.name)
        for o in book.current().by_id.values()
        if o.open and any(o.path.startswith(root) or root.startswith(o.path) for root in roots)
    ]


def lead_options(request: HttpRequest) -> list[tuple[str, str]]:
    """Offices to choose from; a closed one that the address names keeps its name."""
    found = office_options(request)
    given = request.GET.get("lead", "") or request.GET.get("holder", "")
    if given.isdecimal() and len(given) < 19 and given not in dict(found) and (o := organization.office(int(given))):
        found.append((given, o.name))
    return found


def hotline_options(_request: HttpRequest) -> list[tuple[str, str]]:
    return hotlines.options()


def by_hotline(rows: Rows, number: str) -> Rows:
    """Orders the hotline handed on (they have a number of their own there)."""
    return rows.filter(source_system=number, source_number__isnull=False)


def repeated(rows: Rows, _value: Any) -> Rows:
    """Linked to another case, or another linked to it."""
    linked = Case.objects.order_by().filter(root__isnull=False)
    return rows.filter(pk__in=linked.values("pk").union(linked.values("root_id")))


RESULTS = (
    ("rated", "已评价"),
    ("solved", "解决或基本解决"),
    ("unsolved", "未解决"),
    ("satisfied", "基本满意及以上"),
    ("unsatisfied", "不满意"),
)
SATISFIED = (enums.Satisfaction.VERY_GOOD, enums.Satisfaction.GOOD, enums.Satisfaction.FAIR)
UNSATISFIED = (enums.Satisfaction.BAD, enums.Satisfaction.VERY_BAD)
SOLVED = (enums.Solved.YES, enums.Solved.BASICALLY)


RATINGS: dict[str, dict[str, Any]] = {
    "rated": {"satisfaction__gt": ""},
    "solved": {"solved__in": SOLVED},
    "unsolved": {"solved": enums.Solved.NO},
    "satisfied": {"satisfaction__in": SATISFIED},
    "unsatisfied": {"satisfaction__in": UNSATISFIED},
}


def by_result(rows: Rows, value: str) -> Rows:
    return rows.filter(**RATINGS[value])


# Filters whose cases the tallies count: their value as conditions on a tally.
TRAITS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "channel": lambda value: {"channel": value},
    "demand_type": lambda value: {"demand_type": value},
    "urgency": lambda value: {"urgency": value},
    "hotline": lambda value: {"hotline": value},
    "problem": lambda _value: {"is_problem": True},
    "private": lambda _value: {"is_private": True},
    "result": lambda value: RATINGS[value],
    "lead": lambda value: {"lead": int(value)},
    "holder": lambda value: {"holder": int(value)},
}
