"""Names in addresses: 友谊大街1号院3号楼 → 友谊大街, 友谊大街1号院. Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from wangge.insight.grouping.phrases import fold

LEAST: Final = 3  # cases that name it
MOSTLY: Final = 0.8  # of them in one place
COMMUNITY, GRID = 12, 15
LONGEST: Final = 20
# What a name of a place ends with, the longest first.
_END: Final = (
    r"小区|花园|家园|嘉园|佳苑|公寓|新村|新城|新居|街坊|号院|大院|大厦|广场|商厦|商场|市场|超市|菜店|酒店|宾馆|饭店|餐厅|"
    r"幼儿园|小学|中学|学校|学院|大学|医院|诊所|卫生院|公园|车站|公交站|地铁站|加油站|大街|大道|路|街|巷|胡同|厂|村|苑|园|府|城|湾|庭|轩|阁|邸|居"
)
_NAME: Final = re.compile(rf"([\u3400-\u9fff0-9a-z]{{1,14}}?(?:{_END}))(?=[^\u3400-\u9fff]|$|[\u3400-\u9fff])")
# What is more door than place.
_DOOR: Final = re.compile(r"\d+(号楼|栋|幢|单元|层|楼|室|门|户|排|座).*$")
_AREA: Final = re.compile(
    r"^.*?(省|自治区|[市盟州]|(?<!小)[区县旗]|街道|苏木|[镇乡]|社区|居委会|嘎查|村委会|网格)(?!场)"
)
_BETWEEN: Final = re.compile(rf"({_END})[与和至到及、]")
_PIECE: Final = re.compile(rf"^(?:{_END})(?=\d)")  # 小区3号院: of whichever compound
_BARE: Final = re.compile(rf"^(?:[一二三四五六七八九十东南西北中\d]*)(?:{_END})$")


@dataclass(frozen=True, slots=True)
class Learned:
    """``share`` of the ``cases`` that name it lie at ``path``."""

    name: str
    path: str
    cases: int
    share: float


def names_in(address: str) -> list[str]:
    """The names of places in an address, without the divisions before and the doors behind."""
    text = fold(address)
    while (match := _AREA.match(text)) and match.end() < len(text) and match.end() <= 12:
        text = text[match.end() :]
    text = _DOOR.sub("", text)
    found: list[str] = []
    start = 0
    for match in _NAME.finditer(text):
        for begin in {start, match.start()}:
            name = text[begin : match.end()].lstrip("与和至到及")
            joined = begin < match.start() and _BETWEEN.search(text[begin : match.end()]) is not None
            bare = _BARE.match(name) or _PIECE.match(name)
            if not joined and 3 <= len(name) <= LONGEST and not bare and name not in found:
                found.append(name)
    return found


def learn(addresses: Iterable[tuple[str, str]]) -> list[Learned]:
    """Names from (address, path) of past cases that mean one community (or one grid of it), the surest first."""
    places: dict[str, Counter[str]] = defaultdict(Counter)
    for address, path in addresses:
        if len(path) >= COMMUNITY:
            for name in names_in(address):
                places[name][path] += 1
    found = [learned for name, held in places.items() if (learned := _settled(name, held)) is not None]
    return sorted(found, key=lambda one: (-one.cases, one.name))


def _settled(name: str, held: Counter[str]) -> Learned | None:
    total = sum(held.values())
    if total < LEAST:
        return None
    for length in (GRID, COMMUNITY):
        inside: Counter[str] = Counter()
        for path, number in held.items():
            if len(path) >= length:
                inside[path[:length]] += number
        for path, number in inside.most_common(1):
            if number >= LEAST and number >= MOSTLY * total:
                return Learned(name, path, total, round(number / total, 3))
    return None
