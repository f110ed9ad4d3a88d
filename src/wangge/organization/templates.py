"""Templates: the offices of a street, a community or a district as data (``data/templates/*.json``).

A file has ``key``, ``label``, ``level``, ``source`` (the requirement it rests on), ``note``, ``limits``
(how many bodies of a nature it may hold, N07), ``with`` (templates that come along) and ``offices``:
``kind`` (once per template), ``name``, ``name_county`` (where the division is a county or banner, not
an urban district), ``plates``, ``parent`` (a kind of the same template), ``posts``. Names hold
``{place}``, ``{stem}``, ``{city}``, ``{government}``, ``{party}``, ``{committee}``, ``{community_party}``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from wangge.organization.enums import Level
from wangge.organization.errors import OrganizationError
from wangge.organization.kinds import DATA

PATH_LENGTHS: Final = {Level.DISTRICT: (4, 6), Level.STREET: (9,), Level.COMMUNITY: (12,)}


@dataclass(frozen=True, slots=True)
class PostItem:
    title: str
    rank: str = ""
    is_head: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One office of a template."""

    kind: str
    name: str
    name_county: str = ""
    plates: tuple[str, ...] = ()
    parent: str = ""
    posts: tuple[PostItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """A set of offices. ``own`` are its own items, ``items`` those of the templates it comes with too."""

    key: str
    label: str
    level: str
    source: str
    note: str
    limits: dict[str, tuple[int, int]]
    own: tuple[Item, ...]
    items: tuple[Item, ...]


def _item(raw: dict[str, Any]) -> Item:
    posts = tuple(PostItem(**post) for post in raw.pop("posts", ()))
    return Item(plates=tuple(raw.pop("plates", ())), posts=posts, **raw)


@cache
def templates() -> dict[str, Template]:
    """Every shipped template by key, in the order of their labels' files."""
    raw = {
        file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted((DATA / "templates").glob("*.json"))
    }
    own = {key: tuple(_item(item) for item in entry["offices"]) for key, entry in raw.items()}
    return {
        key: Template(
            key=key,
            label=entry["label"],
            level=entry["level"],
            source=entry["source"],
            note=entry.get("note", ""),
            limits={nature: (low, high) for nature, (low, high) in entry.get("limits", {}).items()},
            own=own[key],
            items=own[key] + tuple(item for other in entry.get("with", ()) for item in own[other]),
        )
        for key, entry in raw.items()
    }


def template(key: str) -> Template:
    """Raises ``OrganizationError`` when there is no such template."""
    found = templates().get(key)
    if found is None:
        raise OrganizationError(f"没有“{key}”这个机构模板。", field="template")
    return found


def fits(chosen: Template, path: str) -> bool:
    """Whether the template belongs to the level of the division ``path``."""
    return len(path) in PATH_LENGTHS[Level(chosen.level)]


def words(*, place: str, level: str, city: str = "") -> dict[str, str]:
    """What the names of a template are filled with, from the division's name."""
    if level == Level.STREET:
        return {"place": place, "city": city, **_street_words(place)}
    if level == Level.COMMUNITY:
        return {"city": city, **_community_words(place)}
    return {"place": place, "stem": _without(place, "区", "县", "市", "旗"), "city": city}


def is_county(place: str) -> bool:
    """A county, banner or county-level city has its own police bureau, an urban district a branch."""
    return not place.endswith("区")


def _without(name: str, *tails: str) -> str:
    for tail in tails:
        if name.endswith(tail) and len(name) > len(tail) + 1:
            return name[: -len(tail)]
    return name


def _street_words(place: str) -> dict[str, str]:
    stem = _without(place, "街道办事处", "街道", "办事处", "民族乡", "苏木", "镇", "乡")
    if place.endswith("办事处"):
        return {"stem": stem, "government": place, "party": f"中共{place.removesuffix('办事处')}工作委员会"}
    if place.endswith("街道"):
        return {"stem": stem, "government": f"{place}办事处", "party": f"中共{place}工作委员会"}
    if place.endswith(("镇", "乡", "苏木")):
        return {"stem": stem, "government": f"{place}人民政府", "party": f"中共{place}委员会"}
    return {"stem": stem, "government": f"{place}管理委员会", "party": f"中共{place}工作委员会"}


def _community_words(name: str) -> dict[str, str]:
    for tails, word, body in (
        (("嘎查村民委员会", "嘎查村委会", "嘎查委员会", "嘎查"), "嘎查", "嘎查委员会"),
        (("村村民委员会", "村村委会", "村民委员会", "村委会", "村"), "村", "村村民委员会"),
        (("社区居民委员会", "社区居委会", "社区"), "社区", "社区居民委员会"),
        (("居民委员会", "居委会"), "", "居民委员会"),
    ):
        for tail in tails:
            if name.endswith(tail) and len(name) > len(tail):
                stem = name[: -len(tail)]
                place = f"{stem}{word}"
                return {
                    "place": place,
                    "stem": stem,
                    "committee": f"{stem}{body}",
                    "community_party": f"中共{place}委员会",
                }
    return {"place": name, "stem": name, "committee": f"{name}居民委员会", "community_party": f"中共{name}委员会"}
