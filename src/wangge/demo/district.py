"""The district itself: real divisions; invented outlines, grids and names; offices from templates; duties."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from random import Random
from typing import Final

from shapely.geometry import mapping, shape

from wangge.demo import layout, naming
from wangge.demo.texts import Spot
from wangge.duties.importing import defaults
from wangge.organization.establishing import establish, establish_below
from wangge.territory import loading, places, reform, releases
from wangge.territory.actions import NewGrid, create_grids
from wangge.territory.drawing import divide
from wangge.territory.enums import Crs, GridKind, PlaceKind
from wangge.territory.models import Division, Grid, PlaceAlias
from wangge.territory.names import core_name, short_name

HOME: Final = "150203"
SINCE: Final = date(2024, 1, 1)
SEED: Final = 150203
COMPOUNDS, SHOPS, ROADS = 5, 3, 3  # per community, community, street
HOT: Final = 9  # compounds that complain over and over
WHY: Final = "演示区初始化"


def territory() -> None:
    """Divisions, outlines, grids, names of places, QR codes."""
    loading.load(release=releases.shipped(HOME), within=HOME)
    random = Random(SEED)  # noqa: S311 - a demo must repeat itself
    names = dict(Division.objects.current().below(HOME).order_by("code").values_list("code", "name"))
    streets = layout.streets({code: name for code, name in names.items() if len(code) == 9})
    reform.set_outline(code=HOME, polygon=mapping(layout.OUTLINE), source=layout.SOURCE, on=SINCE)
    plots: list[layout.Plot] = []
    for street in streets:
        reform.set_outline(code=street.code, polygon=mapping(street.shape), source=layout.SOURCE, on=SINCE)
        below = {code: name for code, name in names.items() if len(code) == 12 and code.startswith(street.code)}
        plots += layout.communities(street, below)
    for plot in plots:
        reform.set_outline(code=plot.code, polygon=mapping(plot.shape), source=layout.SOURCE, on=SINCE)
    _grids(plots, streets, random)
    _names(plots, random)


def _grids(plots: list[layout.Plot], streets: list[layout.Plot], random: Random) -> None:
    """Comprehensive grids fill every community; two or so public places per street have a grid of their own."""
    exclusive = _public_places(streets, plots)
    counts = layout.grid_counts([p.code for p in plots], layout.GRIDS - len(exclusive))
    news: list[NewGrid] = []
    for plot in plots:
        parts = divide(plot.shape, counts[plot.code])
        for number, part in enumerate(parts, start=1):
            news.append(
                NewGrid(
                    plot.code,
                    f"{_stem(plot.name)}第{number}网格",
                    polygon=mapping(part),
                    households=layout.households(random),
                    code=f"{plot.code}{number:03}",
                )
            )
    held = {new.code: shape(new.polygon) for new in news}
    for (community, name), number in zip(exclusive, range(len(exclusive)), strict=True):
        within = held[f"{community}{1 + number % 3:03}"]
        code = f"{community}{counts[community] + 1 + sum(n.code.startswith(community) for n in news[len(held) :]):03}"
        polygon = mapping(layout.pocket(within))
        news.append(NewGrid(community, name, GridKind.EXCLUSIVE, polygon=polygon, households=0, code=code))
    # Cut by drawing.divide: they cannot overlap.
    create_grids(news=news, on=SINCE, reason=WHY, check=False)


def _public_places(streets: list[layout.Plot], plots: list[layout.Plot]) -> list[tuple[str, str]]:
    """(community, name) of markets, parks, schools and hospitals: one or two in every street."""
    found: list[tuple[str, str]] = []
    kinds = list(naming.PUBLIC.values())
    for number, street in enumerate(streets):
        below = [p for p in plots if p.code.startswith(street.code)]
        if len(below) < 2:
            continue
        for turn in range(2):
            what = kinds[(number + turn * 2) % 4].format(n=naming.NUMERALS[number % 10])
            name = f"{core_name(street.name, 4)}{what}"
            found.append((below[(number + turn * 3) % len(below)].code, name))
    return found


def _names(plots: list[layout.Plot], random: Random) -> None:
    """Compounds, shops and roads as people call them, and QR codes at some of them."""
    compounds, shops, roads = naming.compounds(random), naming.shops(random), naming.roads(random)
    grids: dict[str, list[Grid]] = defaultdict(list)
    exclusive: list[Grid] = []
    for grid in Grid.objects.current().below(HOME).order_by("code"):
        (exclusive if grid.kind == GridKind.EXCLUSIVE else grids[grid.community_code]).append(grid)
    found: list[places.Place] = []
    for plot in plots:
        own = grids[plot.code]
        yards = COMPOUNDS if len(own) > 4 else 2
        for number in range(yards):
            # Half are numbered yards of the place's own name, half have the names builders give.
            name = f"{_stem(plot.name)}{number + 1}号院" if number % 2 == 0 else next(compounds)
            found.append(_place(name, PlaceKind.COMPOUND, own[number % len(own)], random))
        for number in range(SHOPS if yards > 2 else 1):
            name, _ = next(shops)
            found.append(_place(name, PlaceKind.SHOP, own[(number * 2 + 1) % len(own)], random))
    found += [_place(grid.name, PlaceKind.LANDMARK, grid, random) for grid in exclusive]
    for street in sorted({plot.code[:9] for plot in plots}):
        first = next(grid for code, own in sorted(grids.items()) if code.startswith(street) for grid in own)
        core = core_name(Division.objects.current().get(code=street).name, 4)
        main = [core] if core.endswith(("路", "街", "道")) else []
        main += [next(roads) for _ in range(ROADS - len(main))]
        found += [places.Place(n, PlaceKind.ROAD, street, first.centroid_lng, first.centroid_lat) for n in main]
    rows = ["名称,类别,所在,经度,纬度", *(f"{p.name},{p.kind},{p.path},{p.lng},{p.lat}" for p in found)]  # marks: off
    report = places.import_aliases(name="地名.csv", data="\n".join(rows).encode(), crs=Crs.CGCS2000, within=HOME)
    if report.errors:
        raise RuntimeError(f"demo places: {report.errors[0]}")
    landmarks = [p for p in found if p.kind == PlaceKind.LANDMARK]
    some = [p for p in found if p.kind in {PlaceKind.COMPOUND, PlaceKind.SHOP}][::6]
    places.create_place_codes(places=[*landmarks, *some], on=SINCE)


def _place(name: str, kind: PlaceKind, grid: Grid, random: Random) -> places.Place:
    lng, lat = layout.spot_in(shape(grid.polygon), random)
    return places.Place(name, kind, grid.code, lng, lat)


def _stem(name: str) -> str:
    """青松小区 of 青松小区社区居委会, 边墙壕村 of 边墙壕村委会: as people speak of it.

    少先二十社区 stays whole: numbers follow it, and 少先二十5号院 is no address.
    """
    short = short_name(name, 5)
    bare = short.removesuffix("社区")
    return bare if len(short) > 4 and bare[-1:] not in naming.NUMBERED else short


def offices() -> None:
    """The district's departments and companies, every street's bodies, every community's committee."""
    establish(path=HOME, template="district", by=None, on=SINCE)
    establish_below(path=HOME, template="kundulun_street", by=None, on=SINCE)
    establish_below(path=HOME, template="community", by=None, on=SINCE)


def duties() -> None:
    """The default tree, lists, limits and duties."""
    defaults.load()


def spots() -> list[Spot]:
    """Every named place with its neighbours, for the texts; the hot ones weigh more."""
    aliases = list(PlaceAlias.objects.filter(path__startswith=HOME, valid_to__isnull=True).order_by("id"))
    by_community: dict[str, list[PlaceAlias]] = defaultdict(list)
    roads: dict[str, list[str]] = defaultdict(list)
    for alias in aliases:
        if alias.kind == PlaceKind.ROAD:
            roads[alias.path].append(alias.name)
        else:
            by_community[alias.path[:12]].append(alias)
    found: list[Spot] = []
    for community, those in sorted(by_community.items()):
        yards = [a for a in those if a.kind == PlaceKind.COMPOUND]
        shops = [a for a in those if a.kind == PlaceKind.SHOP]
        for number, alias in enumerate(those):
            road = roads[community[:9]][number % len(roads[community[:9]])]
            near = alias if alias.kind == PlaceKind.COMPOUND else yards[number % len(yards)]
            shop = alias if alias.kind == PlaceKind.SHOP else shops[number % len(shops)]
            kind = _kind(alias)
            found.append(Spot(alias.name, kind, near.name, road, shop.name, alias.path, alias.lng, alias.lat))
            if kind == "compound":  # the road before its gate
                found.append(Spot(road, "road", near.name, road, shop.name, alias.path, alias.lng, alias.lat))
    return _heat(found)


def _heat(found: list[Spot]) -> list[Spot]:
    """Villages are quieter, a few compounds much louder."""
    yards = sorted(s.name for s in found if s.kind == "compound" and s.path[9] == "0")
    hot = set(Random(SEED).sample(yards, min(HOT, len(yards))))  # noqa: S311
    return [_weighed(s, 13.0 if s.name in hot else 0.4 if s.path[9] in "24" else 1.0) for s in found]


def _weighed(spot: Spot, weight: float) -> Spot:
    return Spot(spot.name, spot.kind, spot.near, spot.road, spot.shop, spot.path, spot.lng, spot.lat, weight)


def _kind(alias: PlaceAlias) -> str:
    if alias.kind == PlaceKind.COMPOUND:
        return "compound"
    if alias.kind == PlaceKind.LANDMARK:
        return next(kind for kind, word in naming.PUBLIC.items() if alias.name.endswith(word.split("}")[-1]))
    return next(kind for kind, words in naming.SHOPS.items() if alias.name.endswith(words))
