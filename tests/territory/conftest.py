"""A district with two streets, and people with roles for names."""

from __future__ import annotations

from datetime import date

import pytest

from wangge.kernel.access.models import User
from wangge.territory.loading import load
from wangge.territory.releases import Release

START = date(2023, 6, 30)
NAMES = {
    "15": "内蒙古自治区",
    "1502": "包头市",
    "150203": "昆都仑区",
    "150203001": "少先路街道",
    "150203001015": "少先二十一号街坊社区居委会",
    "150203001018": "钢二十三号街坊社区居委会",
    "150203102": "卜尔汉图镇",
    "150203102211": "卜尔汉图嘎查",
    "1525": "锡林郭勒盟",
    "152501": "二连浩特市",
    "1529": "阿拉善盟",
    "152921": "阿拉善左旗",
    "152921201": "巴润别立苏木",
}
COMMUNITY = "150203001015"
NEIGHBOUR = "150203001018"


@pytest.fixture
def divisions(db: None) -> None:
    load(release=Release(START, dict(NAMES)))


def person(name: str) -> User:
    return User.objects.create(username=name, display_name=name)


@pytest.fixture
def worker(db: None) -> User:
    return person("网格员小李")


@pytest.fixture
def chief(db: None) -> User:
    return person("网格长老赵")


def square(lng: float, lat: float, size: float = 0.01) -> dict[str, object]:
    """A GeoJSON square whose south-west corner is (lng, lat)."""
    east, north = round(lng + size, 7), round(lat + size, 7)
    ring = [[lng, lat], [east, lat], [east, north], [lng, north], [lng, lat]]
    return {"type": "Polygon", "coordinates": [ring]}
