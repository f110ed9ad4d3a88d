"""What rose: kinds and places of which yesterday brought more than the same weekdays before explain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from math import sqrt
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse

from wangge.cockpit.board import STREET, Board, ByDay
from wangge.cockpit.tracing import Trace
from wangge.cockpit.units import Unit
from wangge.cockpit.words import FEW_DAYS, plain
from wangge.insight.topics import queries
from wangge.insight.topics.models import Rise, TopicMember
from wangge.insight.topics.rising import WINDOWS
from wangge.territory import queries as territory

LEAST: Final = 5
# How many standard deviations of a Poisson count (plus one, for what never happened before).
BEYOND: Final = 2.5
MOST: Final = 3
TOPICS: Final = 2
LONGEST: Final = timedelta(days=max(WINDOWS))


def rising(board: Board, unit: Unit, kinds: Mapping[str, str]) -> list[dict[str, Any]]:
    """At most three kinds and three places, the most surprising first. ``kinds``: code → name."""
    if len(board.usual_days("cases.filed")) < FEW_DAYS:
        return []
    found = [
        _told(
            "kind",
            kinds.get(code, code),
            value,
            usual,
            Trace.of(unit, "cases.filed", board.day, kind=code),
        )
        for code, value, usual in _surprising(board, board.kinds[unit].items())
    ]
    if unit.office_id is None:
        places = _surprising(board, ((path, board.places[path]) for path in board.children.get(unit.path, ())))
        names = territory.names_of(path for path, _, _ in places)
        found += [
            _told("place", names[path], value, usual, Trace("cases.filed", board.day, board.day, path))
            for path, value, usual in places
        ]
    return found


def topics(board: Board, units: Sequence[Unit]) -> dict[Unit, list[dict[str, Any]]]:
    """The topics that rose on the day (``insight.topics`` tests them): two for each place, the least likely first."""
    divisions = {unit.path: unit for unit in units if unit.office_id is None}
    found: defaultdict[Unit, list[dict[str, Any]]] = defaultdict(list)
    rows = Rise.objects.filter(on=board.day, topic__isnull=False).order_by("chance", "-observed", "pk")
    rises = list(rows.select_related("topic__within"))
    members = _members([rise.topic_id for rise in rises if rise.topic_id is not None], board.day)
    for rise in rises:
        wider = rise.topic.within if rise.topic is not None else None
        whole = (wider.path, wider.state) if wider is not None else (None, None)
        for end in range(2, len(rise.path) + 1):
            unit = divisions.get(rise.path[:end])
            if unit is not None and len(found[unit]) < TOPICS and queries.is_widest(unit.path, *whole):
                found[unit].append(_risen(rise, unit, members[rise.topic_id]))
    return dict(found)


def _members(topics: Sequence[int], day: date) -> defaultdict[int | None, list[tuple[date, str, int]]]:
    """Topic → (day, place, cases) of the days a rise may be about."""
    found: defaultdict[int | None, list[tuple[date, str, int]]] = defaultdict(list)
    rows = TopicMember.objects.filter(topic_id__in=topics, on__gt=day - LONGEST, on__lte=day).order_by()
    for topic_id, on, path, number in rows.values_list("topic_id", "on", "path").annotate(n=Count("pk")):
        found[topic_id].append((on, path, number))
    return found


def _risen(rise: Rise, unit: Unit, members: Iterable[tuple[date, str, int]]) -> dict[str, Any]:
    """What is told of a topic: its number, and how many of these lie in the unit, which is what the list holds."""
    first = rise.on - timedelta(days=rise.days - 1)
    own = sum(number for on, path, number in members if on >= first and path.startswith(unit.path))
    span = f"{rise.days}天" if rise.days > 1 else ""
    elsewhere = f"，其中本辖区{own}件" if own != rise.observed else ""
    asked = {"created_from": str(first), "created_to": str(rise.on)}
    if len(unit.path) >= STREET:  # topics do not reach beyond a district
        asked["place"] = unit.path
    return {
        "what": "topic",
        "name": f"热点“{rise.name}”",
        "value": own,
        "usual": plain(round(rise.expected, 1)),
        "text": f"{span}{rise.observed}件（通常{plain(round(rise.expected, 1))}件{elsewhere}）",
        "url": reverse("topic_detail", args=[rise.topic_id]),
        "cases_url": f"{reverse('topic_cases', args=[rise.topic_id])}?{urlencode(asked)}",
    }


def _surprising(board: Board, found: Iterable[tuple[str, ByDay]]) -> list[tuple[str, int, float]]:
    scored = []
    for key, days in found:
        value = days.get(board.day, 0)
        if value < LEAST:
            continue
        usual = board.usual("cases.filed", days) or 0.0
        surprise = (value - usual) / sqrt(usual + 1)
        if surprise >= BEYOND:
            scored.append((-surprise, key, value, usual))
    return [(key, value, usual) for _, key, value, usual in sorted(scored)[:MOST]]


def _told(what: str, name: str, value: int, usual: float, trace: Trace) -> dict[str, Any]:
    times = f"，为往常的{value / usual:.1f}倍" if usual >= 1 else ""
    return {
        "what": what,
        "name": name,
        "value": value,
        "usual": plain(usual),
        "text": f"{value}件（往常{plain(usual)}件{times}）",
        "trace": trace.kept(),
    }
