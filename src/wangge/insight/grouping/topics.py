"""From messages to topics, in one call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from wangge.insight.grouping import heat
from wangge.insight.grouping.anchors import choose
from wangge.insight.grouping.forming import Group, form
from wangge.insight.grouping.likeness import Likeness
from wangge.insight.grouping.messages import Message
from wangge.insight.grouping.naming import ALL_OVER, Names
from wangge.insight.grouping.phrases import discover

AT_LEAST: Final = 5
SCATTERED_BELOW: Final = 0.06  # tightness of one matter in many places
SCATTERED_HEAT: Final = 0.5  # what it counts beside one matter at one place
MOSTLY_IN: Final = 0.6  # of its messages that a hotter topic has


@dataclass(frozen=True, slots=True)
class Found:
    """A topic; ``members``: numbers of the messages; ``scattered``: one matter in many places rather than one place
    or object; ``within``: the name of a hotter topic that has most of them."""

    name: str
    place: str
    anchors: tuple[str, ...]
    members: tuple[int, ...]
    tightness: float
    first: date | None
    last: date | None
    people: int
    likes: int
    heat: float
    trend: str
    recent: int
    scattered: bool = False
    within: str = ""


def find(messages: Sequence[Message], *, at_least: int = AT_LEAST, today: date | None = None) -> list[Found]:
    """The topics of ``messages``, hottest first. ``today`` (default: the last day) is when heat is measured."""
    if len(messages) < at_least:
        return []
    texts = [message.text for message in messages]
    phrases = discover(texts, at_least=at_least)
    likeness = Likeness(texts)
    groups = form(choose(phrases, messages, likeness), likeness)
    names = Names(phrases, messages, groups)
    today = today or max((message.on for message in messages if message.on), default=date.today())  # noqa: DTZ011
    found = [_measured(messages, group, names.name(group), today) for group in groups]
    return _nested(sorted(found, key=lambda topic: (-topic.heat, topic.name)))


def _measured(messages: Sequence[Message], group: Group, named: tuple[str, str], today: date) -> Found:
    mine = [messages[at] for at in group.docs.tolist()]
    days = [message.on for message in mine]
    known = [day for day in days if day is not None]
    people = len({message.person or f"#{message.id}" for message in mine})
    measured = heat.measure(days, [m.likes for m in mine], people=people, tightness=group.tightness, today=today)
    scattered = named[1] in {"", ALL_OVER} and group.tightness < SCATTERED_BELOW
    return Found(
        name=named[0],
        place=named[1],
        anchors=tuple(group.anchors),
        members=tuple(group.docs.tolist()),
        tightness=round(group.tightness, 4),
        first=min(known, default=None),
        last=max(known, default=None),
        people=people,
        likes=sum(message.likes for message in mine),
        heat=round(measured.heat * (SCATTERED_HEAT if scattered else 1), 2),
        trend=measured.trend,
        recent=measured.recent,
        scattered=scattered,
    )


def _nested(found: list[Found]) -> list[Found]:
    """A topic most of whose messages a hotter one has says so; that one belongs to none itself."""
    nested: list[Found] = []
    owners: dict[int, list[int]] = {}  # message → positions of topics that stand alone
    for topic in found:
        shared = Counter(at for member in topic.members for at in owners.get(member, ()))
        at, both = max(shared.items(), key=lambda pair: (pair[1], -pair[0]), default=(0, 0))
        if both >= MOSTLY_IN * len(topic.members):
            nested.append(replace(topic, within=nested[at].name))
            continue
        for member in topic.members:
            owners.setdefault(member, []).append(len(nested))
        nested.append(topic)
    return nested
