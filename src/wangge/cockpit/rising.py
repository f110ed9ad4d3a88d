"""What rose: kinds and places of which yesterday brought more than the same weekdays before explain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from typing import Any, Final

from django.urls import reverse

from wangge.cockpit.board import Board, ByDay
from wangge.cockpit.tracing import NO_KIND, Trace
from wangge.cockpit.units import Unit
from wangge.cockpit.words import FEW_DAYS, plain
from wangge.insight.topics import queries
from wangge.insight.topics.models import Rise
from wangge.territory import queries as territory

LEAST: Final = 5
# How many standard deviations of a Poisson count (plus one, for what never happened before).
BEYOND: Final = 2.5
MOST: Final = 3
TOPICS: Final = 2


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
            Trace("cases.filed", board.day, board.day, unit.path, unit.office_id or 0, code),
        )
        for code, value, usual in _surprising(board, board.kinds[unit].items())
    ]
    if unit.office_id is None:
        places = _surprising(board, ((path, board.places[path]) for path in board.children.get(unit.path, ())))
        names = territory.names_of(path for path, _, _ in places)
        found += [
            _told("place", names[path], value, usual, Trace("cases.filed", board.day, board.day, path, 0, NO_KIND))
            for path, value, usual in places
        ]
    return found


def topics(board: Board, units: Sequence[Unit]) -> dict[Unit, list[dict[str, Any]]]:
    """The topics that rose on the day (``insight.topics`` tests them): two for each place, the least likely first."""
    divisions = {unit.path: unit for unit in units if unit.office_id is None}
    found: defaultdict[Unit, list[dict[str, Any]]] = defaultdict(list)
    rows = Rise.objects.filter(on=board.day, topic__isnull=False).order_by("chance", "-observed", "pk")
    fields = ("topic_id", "name", "path", "observed", "expected", "topic__within__path", "topic__within__state")
    for topic_id, name, path, observed, expected, *whole in rows.values_list(*fields):
        told = {
            "what": "topic",
            "name": f"热点“{name}”",
            "value": observed,
            "usual": plain(round(expected, 1)),
            "text": f"{observed}件（通常{plain(round(expected, 1))}件）",
            "url": reverse("topic_detail", args=[topic_id]),
        }
        for end in range(2, len(path) + 1):
            unit = divisions.get(path[:end])
            if unit is not None and len(found[unit]) < TOPICS and queries.is_widest(unit.path, *whole):
                found[unit].append(told)
    return dict(found)


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
