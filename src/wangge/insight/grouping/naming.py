"""A name and a place for a group: its anchor, what its titles complain of, and where.

Endings of names of places are words of the language, not of a town; which places there are follows from
the messages (or, for cases, from the territory).
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final

from wangge.insight.grouping.forming import Group
from wangge.insight.grouping.messages import Message
from wangge.insight.grouping.phrases import Phrase

PLACE: Final = re.compile(
    r"(小区|社区|街道|[镇乡村路街巷苑园城湾府郡]|大道|广场|大厦|公寓|花园|家园|新村|学院|大学|中学|小学|学校|幼儿园|医院|市场|"
    r"公园|车站|号线|片区|国际|中心|大桥|高速|项目)$"
)
AREA: Final = re.compile(r"(?<![小社片校园辖地城景库山])[区县旗]$")
ENOUGH: Final = 0.3  # of the members that name the place
MOSTLY: Final = 0.5  # of the members that name the area
ALL_OVER: Final = "多地"
_WEAK: Final = frozenset("的了在是和与及或对从到向把被将让由于为有无等也都就请问我你他这那请求希望一不没")
_EMPTY: Final = re.compile(
    r"^(投诉|反映|咨询|建议|关于|请问|举报|希望|请|情况|相关|部门|领导|政府|严重|强烈|多次|长期|何时|什么|如何|是否|为何|恳请|要求)"
    r"|(问题|情况|投诉|咨询|建议|吗|呢|附近|旁边|门口|楼下|[一二三四]期)$"
)


class Names:
    """What the titles of all messages say, counted once."""

    def __init__(self, phrases: Sequence[Phrase], messages: Sequence[Message]) -> None:
        self.messages = messages
        self.share = {phrase.text: len(phrase.docs) / max(1, len(messages)) for phrase in phrases}
        starts: dict[str, list[str]] = defaultdict(list)
        for phrase in phrases:
            if min(phrase.begins, phrase.ends) > 0.02 or PLACE.search(phrase.text):
                starts[phrase.text[:2]].append(phrase.text)
        self.titled = [_found(message.title, starts) for message in messages]

    def name(self, group: Group) -> tuple[str, str]:
        """(name, place) of a group; the place is empty when none is said, ``多地`` when there are many."""
        anchor = group.anchors[0]
        words = Counter(word for doc in group.docs.tolist() for word in self.titled[doc])
        size = len(group.docs)
        place = anchor if is_place(anchor) else self._place(words, size)
        matters = self._matters(words, size, anchor + place)
        parts = [place] if place and anchor not in place else []
        name = " ".join([*parts, anchor, *(["、".join(matters)] if matters else [])])
        area = self._area(words, size)
        where = "".join([area if area not in place else "", place]) or self._everywhere(group)
        return name.upper()[:60], where.upper()[:60]

    def _area(self, words: Counter[str], size: int) -> str:
        """The district that most members name."""
        held = [(count, -len(word), word) for word, count in words.items() if AREA.search(word) and len(word) < 6]
        count, _, word = max(held, default=(0, 0, ""))
        return word if count >= MOSTLY * size else ""

    def _place(self, words: Counter[str], size: int) -> str:
        held = [
            (count * math.log(count / size / self.share[word] + 1), word)
            for word, count in words.items()
            if is_place(word) and len(word) > 2 and count >= ENOUGH * size and count / size > 3 * self.share[word]
        ]
        return max(held, default=(0.0, ""))[1]

    def _everywhere(self, group: Group) -> str:
        """``多地`` when most members name a place, and none a common one."""
        named = sum(any(len(word) > 2 and is_place(word) for word in self.titled[doc]) for doc in group.docs.tolist())
        return ALL_OVER if named >= MOSTLY * len(group.docs) else ""

    def _matters(self, words: Counter[str], size: int, said: str) -> list[str]:
        """Up to two phrases of the titles that say what it is about."""
        held = sorted(
            (
                (count / size * math.log(count / size / self.share[word] + 1) * math.sqrt(len(word)), word)
                for word, count in words.items()
                if count >= max(3, 0.15 * size) and _says_something(word)
            ),
            reverse=True,
        )
        chosen: list[str] = []
        for _, word in held:
            if len(chosen) < 2 and not any(_overlap(word, other) for other in (*chosen, said)):
                chosen.append(word)
        return chosen


def is_place(text: str) -> bool:
    """Whether ``text`` ends like the name of a place or an institution."""
    return PLACE.search(text) is not None


def _says_something(word: str) -> bool:
    return (
        word[0] not in _WEAK
        and word[-1] not in _WEAK
        and not any(c.isascii() for c in word)
        and not is_place(word)
        and AREA.search(word) is None
        and _EMPTY.search(word) is None
    )


def _overlap(word: str, other: str) -> bool:
    return any(word[at : at + 2] in other for at in range(len(word) - 1))


def _found(title: str, starts: dict[str, list[str]]) -> frozenset[str]:
    return frozenset(
        phrase
        for at in range(len(title) - 1)
        for phrase in starts.get(title[at : at + 2], ())
        if title.startswith(phrase, at)
    )
