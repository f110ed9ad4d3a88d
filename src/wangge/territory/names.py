"""Names of divisions: the level word at the end, and Inner Mongolia's variants as synonyms (A02).

盟 stands beside 市, 旗 beside 县 and 区, 苏木 beside 乡 and 镇, 嘎查 beside 村. Whoever searches for
准格尔县 means 准格尔旗.
"""

from __future__ import annotations

from typing import Final

from wangge.territory.enums import Level

# Longest first within a level: 自治旗 before 旗.
LEVEL_WORDS: Final[dict[Level, tuple[str, ...]]] = {
    Level.PROVINCE: ("特别行政区", "自治区", "省", "市"),
    Level.CITY: ("自治州", "地区", "盟", "市"),
    Level.DISTRICT: ("自治县", "自治旗", "联合旗", "林区", "特区", "新区", "左旗", "右旗", "县", "区", "旗", "市"),
    Level.STREET: ("街道办事处", "民族苏木", "民族乡", "办事处", "街道", "苏木", "镇", "乡"),
    Level.COMMUNITY: (
        "社区居民委员会",
        "居民委员会",
        "村民委员会",
        "社区居委会",
        "村村委会",
        "嘎查委员会",
        "嘎查村委会",
        "居委会",
        "村委会",
        "牧委会",
        "委员会",
        "嘎查村",
        "社区",
        "嘎查",
        "村",
    ),
}
GENERIC: Final[dict[Level, str]] = {
    Level.PROVINCE: "省",
    Level.CITY: "市",
    Level.DISTRICT: "区县",
    Level.STREET: "街镇",
    Level.COMMUNITY: "村居",
}
# 左旗 and 右旗 tell two banners apart: they name the level, but are not dropped from the name.
_DISTINCTIVE: Final = ("左旗", "右旗", "联合旗")


def level_word(name: str, level: int) -> str:
    """The word at the end that says the level: 盟 of 锡林郭勒盟; empty when there is none."""
    for word in LEVEL_WORDS[Level(level)]:
        if name.endswith(word) and len(name) > len(word):
            return "旗" if word in _DISTINCTIVE else word
    return ""


def generic_level(level: int) -> str:
    """The neutral word for a level, whatever the region calls it: 省, 市, 区县, 街镇, 村居."""
    return GENERIC[Level(level)]


def core_name(name: str, level: int) -> str:
    """The name without its level word: 少先路 of 少先路街道, 卜尔汉图 of 卜尔汉图嘎查."""
    word = level_word(name, level)
    core = name[: -len(word)] if word else name
    return core if len(core) >= 2 else name


def short_name(name: str, level: int) -> str:
    """As spoken: 林南社区居委会 → 林南社区, 胜利村村委会 → 胜利村; other levels unchanged."""
    if level != Level.COMMUNITY:
        return name
    for tail in ("居民委员会", "居委会"):
        if name.endswith(tail):
            rest = name[: -len(tail)]
            return rest if rest.endswith("社区") else f"{rest}社区"
    for tail in ("嘎查委员会", "嘎查村委会"):
        if name.endswith(tail):
            return name[: -len(tail)] + "嘎查"
    for tail in ("村民委员会", "村委会"):
        if name.endswith(tail):
            rest = name[: -len(tail)]
            return rest if rest.endswith(("村", "嘎查")) else f"{rest}村"
    return name


def readings(text: str) -> tuple[tuple[str, Level | None], ...]:
    """How a searched word may be read: as it stands, and as (name without level word, level).

    ``阿拉善市`` → ``("阿拉善市", None), ("阿拉善", CITY)``, so that 阿拉善盟 is found.
    """
    text = text.strip()
    found: list[tuple[str, Level | None]] = [(text, None)]
    for level, words in LEVEL_WORDS.items():
        for word in words:
            if text.endswith(word) and len(text) >= len(word) + 2:
                found.append((text[: -len(word)], level))
                break
    return tuple(found)
