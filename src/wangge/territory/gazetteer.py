"""Free text → place: which street, community or grid does somebody mean by "钢23号街坊3号楼下面"?

A plain gazetteer: the names of divisions and grids and the aliases (compounds, roads, shops, stops,
landmarks), in the forms people use. The longest match wins; a community inside a street that is named
too is more certain than one inside another; every proposal says in words what it rests on.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from django.conf import settings

from wangge.territory.enums import COMMUNITY_LENGTH, STREET_LENGTH, Level, PlaceKind
from wangge.territory.models import Division, Grid, PlaceAlias
from wangge.territory.names import core_name, short_name
from wangge.territory.queries import full_name
from wangge.territory.revision import Cached

_DIGITS: Final = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NUMERAL: Final = re.compile(r"[零〇一二三四五六七八九十百]+")
_NOISE: Final = re.compile(r"[\s,,。.;;::、!!??()()\[\]【】“”\"'《》<>/\\|_-]+")
_GRID_NUMBER: Final = re.compile(r"第?(\d{1,3})号?网格")
# A core that is an ordinary word says little by itself.
_ORDINARY: Final = re.compile(
    r"^(第?\d+|.{1}|小区|花园|新村|家园|广场|公园|市场|学校|医院|中心|东门|西门|南门|北门|社区|街道)$"
)
_LONGEST: Final = 30
_TEXT: Final = 2_000
_CLEAR: Final = 0.1  # by so much the first must be surer than another place


class Match(NamedTuple):
    """A proposal: ``score`` in 0–1; ``why`` in words for the dispatcher."""

    path: str
    score: float
    why: str


class Term(NamedTuple):
    """A name that a module above contributes: what it means, how sure (0–1), the place in words."""

    name: str
    path: str
    weight: float
    what: str


class _Entry(NamedTuple):
    path: str
    weight: float
    what: str  # the place in words


@dataclass(slots=True)
class Gazetteer:
    """Normalised term → what it may mean, for one district."""

    terms: dict[str, list[_Entry]] = field(default_factory=lambda: defaultdict(list))
    # Two characters → the lengths of the terms that begin with them, the longest first.
    lengths: dict[str, list[int]] = field(default_factory=dict)

    def add(self, term: str, path: str, weight: float, what: str) -> None:
        term = normal(term)
        if len(term) < 2 or _ORDINARY.match(term):
            return
        known = self.terms[term]
        if all(entry.path != path for entry in known):
            known.append(_Entry(path, weight, what))
            lengths = self.lengths.setdefault(term[:2], [])
            if len(term) <= _LONGEST and len(term) not in lengths:
                lengths.append(len(term))
                lengths.sort(reverse=True)


def _number(text: str) -> str:
    """三十一 → 31, 二〇三 → 203; what is no number stays."""
    if "十" not in text and "百" not in text:
        return "".join(str(_DIGITS[c]) for c in text)
    total, digit = 0, 0
    for c in text:
        if c in _DIGITS:
            digit = _DIGITS[c]
        else:
            total += (digit or 1) * (10 if c == "十" else 100)
            digit = 0
    return str(total + digit)


def normal(text: str) -> str:
    """The form in which terms and texts are compared: half width, no blanks, digits for Chinese numerals."""
    text = _NOISE.sub("", unicodedata.normalize("NFKC", text)).upper().replace("#", "号")
    text = _NUMERAL.sub(lambda m: _number(m.group()), text)
    return text.replace("号街坊", "街坊").replace("号小区", "小区")


# How much a mention of each kind of name is worth.
_FULL: Final = {Level.DISTRICT: 0.2, Level.STREET: 0.6, Level.COMMUNITY: 0.92}
_CORE: Final = {Level.DISTRICT: 0.1, Level.STREET: 0.3, Level.COMMUNITY: 0.6}
_ALIAS: Final = {
    PlaceKind.COMPOUND: 0.9,
    PlaceKind.LANDMARK: 0.85,
    PlaceKind.SHOP: 0.8,
    PlaceKind.STOP: 0.8,
    PlaceKind.ROAD: 0.45,
}


def _build(root: str) -> Gazetteer:
    found = Gazetteer()
    divisions = Division.objects.current().below(root).filter(level__gte=Level.DISTRICT)
    for d in divisions.order_by("code"):
        level = Level(d.level)
        short, core = short_name(d.name, level), core_name(short_name(d.name, level), level)
        for term in (d.name, short):
            found.add(term, d.code, _FULL[level], short)
        found.add(core, d.code, _CORE[level], short)
        if core.endswith(("小区", "街坊", "花园", "家园", "嘉园", "新城", "新村")):
            # 惠民小区社区: the compound's own name is as good as the community's.
            found.terms[normal(core)] = [
                entry._replace(weight=0.85) if entry.path == d.code else entry for entry in found.terms[normal(core)]
            ]
    for grid in Grid.objects.current().below(root).only("code", "name"):
        if not re.fullmatch(r"第\d+网格", grid.name):
            found.add(grid.name, grid.code, 0.92, grid.name)
    for alias in PlaceAlias.objects.filter(path__startswith=root, valid_to__isnull=True).order_by("path", "id"):
        kind = PlaceKind(alias.kind)
        found.add(alias.name, alias.path, _ALIAS[kind], f"{kind.label}“{alias.name}”")
    own = set(found.terms)
    for known in (known for source in _sources for known in source(root)):
        if normal(known.name) not in own:
            found.add(*known)
    return found


_sources: list[Callable[[str], Iterable[Term]]] = []


def register_terms(source: Callable[[str], Iterable[Term]]) -> None:
    """``source(root)`` gives more terms below a place; a term known already keeps its meaning. Called once, by
    ``apps.ready`` of a module above, which says ``revision.changed()`` when its terms change."""
    _sources.append(source)


# One gazetteer per district, built when first asked for.
_gazetteers: Cached[dict[str, Gazetteer]] = Cached(dict)


def _for(within: str) -> Gazetteer:
    root = within[:6] or settings.HOME_DIVISION
    held = _gazetteers.get()
    if root not in held:
        held[root] = _build(root)
    return held[root]


class _Mention(NamedTuple):
    start: int
    end: int
    term: str
    entries: list[_Entry]


def _mentions(text: str, gazetteer: Gazetteer) -> list[_Mention]:
    """The longest terms in ``text``; a shorter one inside a longer one is no mention of its own."""
    found: list[_Mention] = []
    for start in range(len(text) - 1):
        for length in gazetteer.lengths.get(text[start : start + 2], ()):
            term, end = text[start : start + length], start + length
            entries = gazetteer.terms.get(term)
            if entries and end <= len(text):
                if not any(m.start <= start and end <= m.end for m in found):
                    found.append(_Mention(start, end, term, entries))
                break
    return found


def address_to_path(text: str, within: str = "", limit: int = 5) -> list[Match]:
    """Where ``text`` speaks of, best first, below ``within`` (default: the home division).

    Each match has a path (street, community or grid), a score in 0–1 and the reason in words. Texts are
    read up to 2,000 characters. Scores: a community's or compound's name ≈ 0.9; a name shared by several
    places is divided among them; a road or a bare core name is a hint.
    """
    gazetteer, clean = _for(within), normal(text[:_TEXT])
    doubts: dict[str, float] = {}
    reasons: dict[str, list[str]] = defaultdict(list)
    streets: set[str] = set()
    for mention in _mentions(clean, gazetteer):
        entries = [e for e in mention.entries if e.path.startswith(within)]
        # A term of a place and of one inside it speaks of the inner one.
        entries = [e for e in entries if not any(o.path != e.path and o.path.startswith(e.path) for o in entries)]
        for entry in entries:
            weight = entry.weight / len(entries) ** 0.5
            doubts[entry.path] = doubts.get(entry.path, 1.0) * (1 - weight)
            same = normal(entry.what).endswith(mention.term)
            reason = f"提到{entry.what}" if same else f"“{mention.term}”即{entry.what}"
            if reason not in reasons[entry.path]:
                reasons[entry.path].append(reason)
            if len(entry.path) == STREET_LENGTH and entry.weight >= _FULL[Level.STREET]:
                streets.add(entry.path)
    number = _GRID_NUMBER.search(clean)
    if number:
        _add_numbered(int(number.group(1)), doubts, reasons)
    matches = [_judge(path, doubts, reasons, streets) for path in doubts]
    matches.sort(key=lambda m: (-m.score, -len(m.path), m.path))
    return matches[:limit]


def one_place(text: str, within: str = "", *, sure: float) -> Match | None:
    """The one place ``text`` speaks of, for where nobody chooses. None when no match is ``sure``, or another is about
    as good."""
    found = address_to_path(text, within)
    if not found or found[0].score < sure:
        return None
    best, *others = found
    rivals = [m for m in others if best.score - m.score < _CLEAR and not _nested(best.path, m.path)]
    return None if rivals else best


def _nested(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _add_numbered(number: int, doubts: dict[str, float], reasons: dict[str, list[str]]) -> None:
    """``第3网格`` after a community's name is that community's third grid."""
    codes = [f"{path}{number:03}" for path in doubts if len(path) == COMMUNITY_LENGTH]
    for code in Grid.objects.current().filter(code__in=codes).values_list("code", flat=True):
        doubts[code] = doubts[code[:COMMUNITY_LENGTH]] * 0.9
        reasons[code] = [*reasons[code[:COMMUNITY_LENGTH]], f"第{number}网格"]


def _judge(path: str, doubts: dict[str, float], reasons: dict[str, list[str]], streets: set[str]) -> Match:
    doubt, why = doubts[path], list(reasons[path])
    for above, above_doubt in doubts.items():
        if above != path and path.startswith(above):
            # A place inside another that is named too: half of the other's certainty counts.
            doubt *= (1 + above_doubt) / 2
            if len(above) == STREET_LENGTH:
                why.append(f"且在{full_name(above, from_level=Level.STREET)}")
    score = 1 - doubt
    if len(path) > STREET_LENGTH and streets and path[:STREET_LENGTH] not in streets:
        score *= 0.5
        why.append("但文中另提到别的街道")
    return Match(path, round(min(score, 0.99), 3), "；".join(why))
