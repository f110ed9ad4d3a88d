"""From what a caller gives (a division, a point, an address) to the place of a case."""

from __future__ import annotations

from typing import Final

from django.core.exceptions import ValidationError

from wangge.cases import validators
from wangge.cases.actions import Place
from wangge.cases.streets import STREET
from wangge.territory.enums import COMMUNITY_LENGTH, GRID_LENGTH, Crs
from wangge.territory.gazetteer import one_place
from wangge.territory.geometry import convert
from wangge.territory.locating import locate_one
from wangge.territory.queries import stands, successors

# A name that is at least this certain decides where nobody looks before it is filed.
SURE: Final = 0.6


def standing(path: str, home: str) -> str:
    """The deepest place on the line of ``path`` that is still there: a code on a wall outlives a grid."""
    for length in (GRID_LENGTH, COMMUNITY_LENGTH, STREET):
        if len(path) >= length and stands(path[:length]):
            return path[:length]
    return home


def current(code: str) -> str:
    """The code that a division or grid has today. Raises ``ValidationError`` for one that nobody knows, or that was
    divided."""
    if stands(code):
        return code
    found = successors(code)
    if len(found) == 1:
        return found[0]
    if found:
        raise ValidationError(f"区划代码“{code}”已分为{'、'.join(found)}，请写明是哪一个。")
    raise ValidationError(f"没有区划代码“{code}”，请写今天的代码，或留空而填写地址。")


def named(address: str, about: str = "", *, within: str) -> str:
    """The one place below ``within`` that an address speaks of, its words read with those ``about`` the matter;
    ``""`` when they leave it open. The address alone decides between several."""
    for said in (f"{address} {about}", address):
        found = one_place(said, within, sure=SURE) if said.strip() else None
        if found is not None:
            return found.path
    return ""


def place_of(
    *,
    path: str = "",
    address: str = "",
    about: str = "",
    lng: float | None = None,
    lat: float | None = None,
    crs: str = "",
    home: str,
) -> Place:
    """The deepest place known: the grid of the point, else ``path``, else what ``address`` (and the words ``about`` the
    matter) speak of, else ``home``. The point comes back as WGS84.

    Raises ``ValidationError`` (``path`` or ``point``) for an unknown division, one outside ``home``, or a bad point.
    """
    if path and not path.startswith(home):
        raise ValidationError({"path": [f"区划代码“{path[:20]}”不在本系统的范围（{home}）内。"]})
    if path:
        try:
            path = current(path)
        except ValidationError as error:
            raise ValidationError({"path": error.messages}) from error
    found = ""
    if lng is not None or lat is not None:
        try:
            validators.check_point(lng, lat)
        except ValidationError as error:
            raise ValidationError({"point": error.messages}) from error
        assert lng is not None
        assert lat is not None
        if crs and crs not in Crs.values:
            raise ValidationError({"crs": [f"坐标系“{crs[:20]}”应为{'、'.join(Crs.values)}之一。"]})
        lng, lat = (float(v) for v in convert([[lng, lat]], crs or Crs.WGS84)[0])
        found = locate_one(lng, lat)
    deepest = found if found.startswith(path or home) else ""
    place = deepest or path or named(address, about, within=home) or home
    return Place(path=place, address=address.strip(), lng=lng, lat=lat)
