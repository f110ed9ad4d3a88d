"""Anchors → groups of messages: one group for names of the same thing, parts of a large one, near copies added.

Groups may overlap: who complains that the compound *A* has a mixing plant beside it writes about the compound
and about the plant, and both are topics. Two anchors become one group only when hardly any message has one
without the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from wangge.insight.grouping.anchors import Anchor
from wangge.insight.grouping.likeness import Likeness
from wangge.insight.grouping.phrases import Ints

SAME: Final = 0.85  # messages of either anchor that have both
PURE: Final = 0.92  # what joining leaves of the leading anchor
INSIDE: Final = 0.9  # of a part's messages that are the whole's
HALF: Final = 0.5  # of the whole: so large a part stands beside it
TIGHTER: Final = 1.2  # a smaller one must have more in common than the whole
WORDS_ONLY: Final = 0.03  # tightness of messages that share a word and no matter
PARTS_AT_MOST: Final = 6
REST: Final = 0.3  # of a whole: fewer left beside its parts say nothing about it
COPY: Final = 0.55  # likeness to the middle of the group
COPIES_AT_MOST: Final = 0.05


@dataclass(slots=True)
class Group:
    """``docs``: ascending; ``tightness``: mean likeness of two members apart from the anchors; ``whole``: the number
    that the group it is a part of had while groups were formed."""

    anchors: list[str]
    docs: Ints
    tightness: float = 0.0
    whole: int | None = None


def form(anchors: Sequence[Anchor], likeness: Likeness) -> list[Group]:
    """The groups of ``anchors`` (in their order: the largest first); a part stands after its whole."""
    groups: list[Group] = []
    owners: dict[int, list[int]] = {}  # message → groups
    for anchor in anchors:
        shared = _shared(anchor.docs, owners)
        if _joined(anchor, groups, shared):
            continue
        tightness = likeness.within(anchor.docs, [anchor.text])
        whole = _whole(anchor, groups, shared)
        if tightness < WORDS_ONLY or (whole is not None and _told(anchor, groups, whole, tightness)):
            continue
        group = Group([anchor.text], anchor.docs, tightness, whole)
        for doc in anchor.docs.tolist():
            owners.setdefault(doc, []).append(len(groups))
        groups.append(group)
    kept = [group for number, group in enumerate(groups) if not _hollow(number, groups, likeness)]
    for group in kept:
        group.docs = _with_copies(group, likeness)
    return kept


def _shared(docs: Ints, owners: dict[int, list[int]]) -> dict[int, int]:
    """How many of ``docs`` each group has."""
    found: dict[int, int] = {}
    for doc in docs.tolist():
        for number in owners.get(doc, ()):
            found[number] = found.get(number, 0) + 1
    return found


def _joined(anchor: Anchor, groups: list[Group], shared: dict[int, int]) -> bool:
    """Whether the anchor is another name of a group; then it is the group's."""
    for number, both in sorted(shared.items(), key=lambda pair: -pair[1]):
        group = groups[number]
        union = len(group.docs) + len(anchor.docs) - both
        if both >= SAME * union and len(group.docs) >= PURE * union and len(anchor.docs) >= SAME * union:
            group.anchors.append(anchor.text)
            group.docs = np.union1d(group.docs, anchor.docs)
            return True
    return False


def _told(anchor: Anchor, groups: list[Group], whole: int, tightness: float) -> bool:
    """Whether the whole and its parts already say what the anchor would."""
    group = groups[whole]
    parts = [other for other in groups if other.whole == whole]
    if len(parts) >= PARTS_AT_MOST:
        return True
    for other in parts:
        both = len(np.intersect1d(other.docs, anchor.docs))
        if both > INSIDE * len(anchor.docs) and len(anchor.docs) > PURE * len(other.docs):
            return True
    return len(anchor.docs) < HALF * len(group.docs) and tightness < TIGHTER * group.tightness


def _whole(anchor: Anchor, groups: list[Group], shared: dict[int, int]) -> int | None:
    """The smallest group that holds nearly all of the anchor's messages."""
    wholes = [
        number for number, both in shared.items() if both >= INSIDE * len(anchor.docs) and groups[number].whole is None
    ]
    return min(wholes, key=lambda number: (len(groups[number].docs), number), default=None)


def _hollow(number: int, groups: list[Group], likeness: Likeness) -> bool:
    """A whole that is one matter only through its parts (新城 through 丽发新城): the rest shares the word alone."""
    group = groups[number]
    parts = [other.docs for other in groups if other.whole == number]
    if not parts:
        return False
    rest = np.setdiff1d(group.docs, np.concatenate(parts))
    return len(rest) > REST * len(group.docs) and likeness.within(rest, group.anchors) < WORDS_ONLY


def _with_copies(group: Group, likeness: Likeness) -> Ints:
    """The members and the few messages that are almost the same but lack the name."""
    room = int(COPIES_AT_MOST * len(group.docs))
    if not room:
        return group.docs
    near = likeness.to_centre(group.docs)
    near[group.docs] = 0
    added = np.argsort(-near, kind="stable")[:room]
    return np.union1d(group.docs, added[near[added] >= COPY])
