"""A name and a place for a group: where, what, and what its titles complain of.

Endings of names of places are words of the language, not of a town; which places there are follows from
the messages (or, for cases, from the territory). What a title says of places is taken out of it before
troubles are looked for in the rest, so that no trouble begins in the name of a road.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from wangge.insight.grouping.anchors import REQUESTS
from wangge.insight.grouping.forming import Group
from wangge.insight.grouping.messages import Message
from wangge.insight.grouping.phrases import Phrase

PLACE: Final = re.compile(
    r"(小区|社区|街道|[镇乡村路街巷苑园城湾府郡]|大道|广场|大厦|公寓|花园|家园|新村|学院|大学|中学|小学|学校|幼儿园|医院|市场|"
    r"公园|车站|号线|片区|国际|中心|大桥|高速|项目|\d号院)$"
)
AREA: Final = re.compile(r"(?<![小社片校园辖地城景库山])[区县旗]$")
ENOUGH: Final = 0.3  # of the members that name the place
MOSTLY: Final = 0.5  # of the members that name the area
SAME: Final = 0.8  # of the titles with the anchor that have the longer name
TOLD: Final = 0.15  # of the members whose titles tell the trouble
TWICE: Final = 2  # titles that tell it beside the anchor
FREE: Final = 0.05  # of its uses that stand free on either side: less is a piece of something
ALL_OVER: Final = "多地"
LONGEST: Final = 60
_WEAK: Final = frozenset("的了在是和与及或对从到向把被将让由于为有无等也都就请问我你他这那请求希望一不没")
_NUMERALS: Final = frozenset("一二三四五六七八九十百")
# With these the name of a place ends.
_ENDINGS: Final = frozenset("路街巷区县镇乡村园苑院号")
_GENERIC: Final = frozenset(
    (
        "小区",
        "社区",
        "街道",
        "片区",
        "中心",
        "项目",
        "国际",
        "新居",
        "新村",
        "公园",
        "广场",
        "公寓",
        "花园",
        "家园",
        "大厦",
    )
)
_EMPTY: Final = re.compile(
    r"^(投诉|反映|咨询|建议|关于|请问|举报|希望|请|情况|相关|部门|领导|政府|严重|强烈|多次|长期|何时|什么|如何|是否|为何|恳请|要求"
    r"|居民|业主|市民|村民|群众)"
    r"|(问题|情况|投诉|咨询|建议|求助|致谢|吗|呢|附近|旁边|门口|楼下|居民|业主|[一二三四]期)$"
)


@dataclass(frozen=True, slots=True)
class _Title:
    """What a title says: names of places, and what stands beside them."""

    places: frozenset[str]
    words: frozenset[str]


class Names:
    """What the titles of all messages say, counted once."""

    def __init__(self, phrases: Sequence[Phrase], messages: Sequence[Message], groups: Sequence[Group] = ()) -> None:
        self.messages = messages
        self.anchors = {anchor for group in groups for anchor in group.anchors}
        self.share = {phrase.text: len(phrase.docs) / max(1, len(messages)) for phrase in phrases}
        self.free = {phrase.text: min(phrase.begins, phrase.ends) for phrase in phrases}
        starts: dict[str, list[str]] = defaultdict(list)
        for phrase in phrases:
            if self.free[phrase.text] > 0.02 or is_place(phrase.text):
                starts[phrase.text[:2]].append(phrase.text)
        self.titled = [_title(message.title, starts) for message in messages]
        self.given: set[str] = set()

    def name(self, group: Group) -> tuple[str, str]:
        """(name, place) of a group; the place is empty when none is said, ``多地`` when there are many.

        No name is given twice: the second group has another anchor of its own added, or its number.
        """
        mine = [self.titled[doc] for doc in group.docs.tolist()]
        titles = [self.messages[doc].title for doc in group.docs.tolist()]
        places = Counter(place for title in mine for place in title.places)
        anchor = self._whole(group.anchors, titles, places + Counter(word for title in mine for word in title.words))
        place = anchor if is_place(anchor) else self._place(places, len(mine))
        words = Counter(word for title in mine for word in title.words)
        beside = Counter(
            w for told, title in zip(mine, titles, strict=True) if group.anchors[0] in title for w in told.words
        )
        matters = self._matters(
            Counter({word: count for word, count in words.items() if beside[word] >= TWICE}), len(mine), anchor + place
        )
        parts = [place] if place and anchor not in place and place not in anchor else []
        name = " ".join([*parts, anchor, *(["、".join(matters)] if matters else [])])
        area = self._area(Counter(word for title in mine for word in title.words | title.places), len(mine))
        where = "".join([area if area not in place else "", place]) or self._everywhere(mine)
        return self._once(name.upper(), group), where.upper()[:LONGEST]

    def _whole(self, own: Sequence[str], titles: Sequence[str], said: Counter[str]) -> str:
        """The longer phrase of which the first anchor is mostly a piece (广告: 非法小广告); else the anchor.

        Names of other groups are theirs.
        """
        anchor = own[0][1:] if own[0][0] in _ENDINGS and own[0][1:] in said else own[0]
        having = sum(anchor in title for title in titles)
        longer = [
            (count, len(word), word)
            for word, count in said.items()
            if anchor in word
            and (word in own or word not in self.anchors)
            and count >= max(TWICE, SAME * having)
            and (is_place(word) or (self.free[word] >= FREE and _says_something(word)))
        ]
        return max(longer, default=(0, 0, anchor))[2]

    def _once(self, name: str, group: Group) -> str:
        others = (other.upper() for other in group.anchors if other.upper() not in name)
        tried = [name, *(f"{name}（{other}）" for other in others), *(f"{name}（{n}）" for n in range(2, 1000))]
        for full in tried:
            short = full if len(full) <= LONGEST else full[: LONGEST - 1].rsplit("、", 1)[0].rstrip() + "…"
            if short not in self.given:
                self.given.add(short)
                return short
        return name[:LONGEST]

    def _area(self, words: Counter[str], size: int) -> str:
        """The district that most members name."""
        held = [(count, -len(word), word) for word, count in words.items() if AREA.search(word) and len(word) < 6]
        count, _, word = max(held, default=(0, 0, ""))
        return word if count >= MOSTLY * size else ""

    def _place(self, places: Counter[str], size: int) -> str:
        held = [
            (count * math.log(count / size / self.share[word] + 1), word)
            for word, count in places.items()
            if count >= ENOUGH * size and count / size > 3 * self.share[word]
        ]
        return max(held, default=(0.0, ""))[1]

    def _everywhere(self, titles: Sequence[_Title]) -> str:
        """``多地`` when most members name a place, and none a common one."""
        return ALL_OVER if sum(bool(title.places) for title in titles) >= MOSTLY * len(titles) else ""

    def _matters(self, words: Counter[str], size: int, said: str) -> list[str]:
        """Up to two phrases of the titles that say what it is about."""
        held = sorted(
            (
                (count / size * math.log(count / size / self.share[word] + 1) * math.sqrt(len(word)), word)
                for word, count in words.items()
                if count >= max(3, TOLD * size) and self.free[word] >= FREE and _says_something(word)
            ),
            reverse=True,
        )
        chosen: list[str] = []
        for _, word in held:
            if any(_behind_a_place(word, other) for other in words):
                continue
            if len(chosen) < 2 and not any(_overlap(word, other) for other in (*chosen, said)):
                chosen.append(word)
        return chosen


def is_place(text: str) -> bool:
    """Whether ``text`` ends like the name of a place or an institution, and has a name before the ending."""
    found = PLACE.search(text)
    return found is not None and (found.start() >= 2 or text.endswith("号线"))


def _says_something(word: str) -> bool:
    ending = PLACE.search(word)
    return (
        (ending is None or ending.start() == 0)
        and word not in REQUESTS
        and word not in _GENERIC
        and word[0] not in _WEAK
        and word[-1] not in _WEAK
        and word[-1] not in _NUMERALS
        and not any(c.isascii() for c in word)
        and AREA.search(word) is None
        and _EMPTY.search(word) is None
    )


def _behind_a_place(word: str, other: str) -> bool:
    """Whether ``word`` is ``other`` behind the end of the name of a place: 谊路井盖丢失."""
    return len(word) > len(other) and word.endswith(other) and word[-len(other) - 1] in _ENDINGS


def _overlap(word: str, other: str) -> bool:
    return any(word[at : at + 2] in other for at in range(len(word) - 1))


def _title(title: str, starts: dict[str, list[str]]) -> _Title:
    """The phrases of a title. What lies in the name of a place is no word, nor is a word behind the last character of a
    name that is too rare to be known (路积雪结冰; but 路灯不亮, for there is no 灯不亮)."""
    found = set(_found(title, starts))
    places = {phrase for _, phrase in found if is_place(phrase)}
    taken = bytearray(len(title))
    for at, phrase in found:
        if phrase in places:
            taken[at : at + len(phrase)] = b"\x01" * len(phrase)
    words = {
        phrase
        for at, phrase in found
        if not any(taken[at : at + len(phrase)]) and not (phrase[0] in _ENDINGS and (at + 1, phrase[1:]) in found)
    }
    return _Title(frozenset(places), frozenset(words))


def _found(title: str, starts: dict[str, list[str]]) -> Iterator[tuple[int, str]]:
    for at in range(len(title) - 1):
        for phrase in starts.get(title[at : at + 2], ()):
            if title.startswith(phrase, at):
                yield at, phrase
