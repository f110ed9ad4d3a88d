"""Levels, kinds and positions."""

from __future__ import annotations

from django.db import models

CODE_LENGTHS = (2, 4, 6, 9, 12)
GRID_LENGTH = 15
COMMUNITY_LENGTH = 12
STREET_LENGTH = 9
DISTRICT_LENGTH = 6


class Level(models.IntegerChoices):
    """Five levels of division (A01, A06), by the length of the code: 2, 4, 6, 9, 12 digits."""

    PROVINCE = 1, "省（自治区、直辖市）"
    CITY = 2, "市（盟、地区、自治州）"
    DISTRICT = 3, "区县（旗、市）"
    STREET = 4, "街道（苏木、乡、镇）"
    COMMUNITY = 5, "社区（嘎查、村）"

    @property
    def code_length(self) -> int:
        return CODE_LENGTHS[self.value - 1]


class ChangeKind(models.TextChoices):
    RENAME = "rename", "更名"
    SPLIT = "split", "拆分"
    MERGE = "merge", "合并"
    RECODE = "recode", "代码变更"
    END = "end", "撤销"


class GridKind(models.TextChoices):
    """Comprehensive grids cover the community (D01); exclusive ones a building, park, school or market (D05)."""

    COMPREHENSIVE = "comprehensive", "综合网格"
    EXCLUSIVE = "exclusive", "专属网格"


class Position(models.TextChoices):
    """Who works in a grid (E01, E02): one chief, many members."""

    CHIEF = "chief", "网格长"
    FULL_TIME = "full_time", "专职网格员"
    PART_TIME = "part_time", "兼职网格员"
    LEGAL = "legal", "政法网格员"
    POLICE = "police", "网格民警"


class PlaceKind(models.TextChoices):
    COMPOUND = "compound", "小区"
    ROAD = "road", "道路"
    SHOP = "shop", "商铺"
    STOP = "stop", "站点"
    LANDMARK = "landmark", "地标"


class Crs(models.TextChoices):
    """Coordinate reference systems; CGCS2000 is what is stored (rules 2.5), the others are converted."""

    CGCS2000 = "CGCS2000", "国家2000"
    WGS84 = "WGS84", "WGS-84(GPS)"
    GCJ02 = "GCJ02", "GCJ-02（高德、腾讯）"
    BD09 = "BD09", "BD-09（百度）"

    @classmethod
    def _missing_(cls, value: object) -> Crs | None:
        """Files write the system in any case."""
        return cls.__members__.get(value.strip().upper()) if isinstance(value, str) else None
