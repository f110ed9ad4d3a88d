"""Tables: divisions and their changes, grids and their past, staff, aliases, place codes."""

from __future__ import annotations

import secrets
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Left

from wangge.kernel.access.models import PathField
from wangge.kernel.periods import VALID, in_force
from wangge.territory.enums import (
    COMMUNITY_LENGTH,
    GRID_LENGTH,
    ChangeKind,
    Crs,
    GridKind,
    Level,
    PlaceKind,
    Position,
)

CURRENT = Q(valid_to__isnull=True)


class Period(models.Model):
    """Valid from a day, until a day (exclusive; empty while current)."""

    valid_from = models.DateField("起始日期")
    valid_to = models.DateField("终止日期", null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def is_current(self) -> bool:
        return self.valid_to is None


class DivisionQuerySet(models.QuerySet["Division"]):
    def current(self) -> DivisionQuerySet:
        return self.filter(CURRENT)

    def on(self, day: date) -> DivisionQuerySet:
        """As they stood on ``day``."""
        return self.filter(in_force(day))

    def below(self, path: str) -> DivisionQuerySet:
        """``path`` itself and everything under it; everything for the empty path."""
        return self.filter(code__startswith=path) if path else self


class Division(Period):
    """A province, city, district, street or community for as long as it bears this code and name."""

    code = PathField("代码", max_length=12)
    name = models.CharField("名称", max_length=60)
    level = models.SmallIntegerField("层级", choices=Level.choices)
    parent_code = PathField("上级代码", max_length=9, blank=True, default="")
    urban_rural = models.CharField("城乡分类", max_length=3, blank=True, default="")

    objects = DivisionQuerySet.as_manager()

    class Meta:
        verbose_name = "行政区划"
        verbose_name_plural = "行政区划"
        indexes = [
            models.Index(fields=["code"], name="division_past_code", condition=~CURRENT),
            models.Index(fields=["parent_code"], name="division_parent", condition=CURRENT),
        ]
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=CURRENT, name="division_current_code"),
            models.CheckConstraint(name="division_period", condition=VALID),
            models.CheckConstraint(
                name="division_code_level",
                condition=Q(level=1, code__regex=r"^[0-9]{2}$", parent_code="")
                | Q(level=2, code__regex=r"^[0-9]{4}$", parent_code=Left("code", 2))
                | Q(level=3, code__regex=r"^[0-9]{6}$", parent_code=Left("code", 4))
                | Q(level=4, code__regex=r"^[0-9]{9}$", parent_code=Left("code", 6))
                | Q(level=5, code__regex=r"^[0-9]{12}$", parent_code=Left("code", 9)),
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)

    @property
    def path(self) -> str:
        return str(self.code)


class DivisionChange(models.Model):
    """A successor link: on a day, one code became another (or ended: ``to_code`` empty). Grids' too."""

    kind = models.CharField("变更类型", max_length=10, choices=ChangeKind.choices)
    on = models.DateField("变更日期")
    from_code = PathField("原代码", max_length=15)
    to_code = PathField("新代码", max_length=15, blank=True, default="")
    from_name = models.CharField("原名称", max_length=80)
    to_name = models.CharField("新名称", max_length=80, blank=True, default="")
    note = models.CharField("依据", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "区划变更"
        verbose_name_plural = "区划变更"
        indexes = [
            models.Index(fields=["from_code"], name="divisionchange_from"),
            models.Index(fields=["to_code"], name="divisionchange_to"),
        ]
        constraints = [
            models.CheckConstraint(name="divisionchange_successor", condition=~Q(to_code="") | Q(kind=ChangeKind.END)),
        ]

    def __str__(self) -> str:
        return f"{self.from_name}→{self.to_name}" if self.to_code else f"{self.from_name}撤销"

    @property
    def path(self) -> str:
        return str(self.to_code or self.from_code)


class Outline(Period):
    """The outline of a division where one is known (GeoJSON geometry in CGCS2000)."""

    code = PathField("代码", max_length=12)
    polygon = models.JSONField("边界")
    source = models.CharField("来源", max_length=120, blank=True, default="")

    class Meta:
        verbose_name = "区划边界"
        verbose_name_plural = "区划边界"
        constraints = [models.UniqueConstraint(fields=["code"], condition=CURRENT, name="outline_current_code")]

    def __str__(self) -> str:
        return str(self.code)


class GridQuerySet(models.QuerySet["Grid"]):
    def current(self) -> GridQuerySet:
        return self.filter(CURRENT)

    def below(self, path: str) -> GridQuerySet:
        return self.filter(code__startswith=path) if path else self


class Grid(Period):
    """A grid. The row lives as long as the code; what it looked like before is in ``GridPast``."""

    code = PathField("网格编码", max_length=GRID_LENGTH)
    community_code = PathField("社区代码", max_length=COMMUNITY_LENGTH)
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("类型", max_length=15, choices=GridKind.choices, default=GridKind.COMPREHENSIVE)
    polygon = models.JSONField("边界", null=True, blank=True)
    crs = models.CharField("坐标系", max_length=10, choices=Crs.choices, default=Crs.CGCS2000)
    centroid_lng = models.FloatField("中心经度", null=True, blank=True)
    centroid_lat = models.FloatField("中心纬度", null=True, blank=True)
    area_m2 = models.FloatField("面积（平方米）", null=True, blank=True)
    households = models.PositiveIntegerField("户数", null=True, blank=True)
    changed_on = models.DateField("本次划定日期")

    objects = GridQuerySet.as_manager()

    class Meta:
        verbose_name = "网格"
        verbose_name_plural = "网格"
        indexes = [models.Index(fields=["code"], name="grid_past_code", condition=~CURRENT)]
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=CURRENT, name="grid_current_code"),
            models.CheckConstraint(name="grid_period", condition=VALID),
            # Every grid belongs to one community, never directly to a street or district (DB6101/T 3185-2024).
            models.CheckConstraint(
                name="grid_in_community",
                condition=Q(code__regex=r"^[0-9]{15}$", community_code__regex=r"^[0-9]{12}$")
                & Q(community_code=Left("code", 12)),
            ),
            # What is stored is CGCS2000; other systems are converted before they come here.
            models.CheckConstraint(name="grid_crs", condition=Q(crs=Crs.CGCS2000)),
        ]

    def __str__(self) -> str:
        return str(self.name)

    @property
    def path(self) -> str:
        return str(self.code)


class GridPast(Period):
    """How a grid was named and drawn before its last change."""

    grid = models.ForeignKey(Grid, on_delete=models.PROTECT, related_name="past", verbose_name="网格")
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("类型", max_length=15, choices=GridKind.choices)
    polygon = models.JSONField("边界", null=True, blank=True)
    households = models.PositiveIntegerField("户数", null=True, blank=True)
    reason = models.CharField("变更依据", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "网格沿革"
        verbose_name_plural = "网格沿革"

    def __str__(self) -> str:
        return f"{self.name}（{self.valid_from}—{self.valid_to}）"


class GridStaff(Period):
    """A user works in a grid; the grant that lets them do so begins and ends with the row."""

    grid = models.ForeignKey(Grid, on_delete=models.PROTECT, related_name="staff", verbose_name="网格")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="grid_posts", verbose_name="人员"
    )
    position = models.CharField("岗位", max_length=10, choices=Position.choices)
    grant = models.ForeignKey(
        "access.Grant", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="授权"
    )

    class Meta:
        verbose_name = "网格人员"
        verbose_name_plural = "网格人员"
        constraints = [
            models.UniqueConstraint(
                fields=["grid"], condition=CURRENT & Q(position=Position.CHIEF), name="gridstaff_one_chief"
            ),
            models.UniqueConstraint(fields=["grid", "user"], condition=CURRENT, name="gridstaff_current_user"),
            models.CheckConstraint(name="gridstaff_period", condition=VALID),
        ]

    def __str__(self) -> str:
        return f"{self.grid_id}:{self.user_id} {self.get_position_display()}"

    @property
    def leave_id(self) -> str:
        """The id of this post's dialog on the grid's page."""
        return f"leave-{self.pk}"


class PlaceAlias(Period):
    """A name by which people call a place, and the grid, community or street it lies in."""

    path = PathField("所在")
    name = models.CharField("名称", max_length=80)
    kind = models.CharField("类别", max_length=10, choices=PlaceKind.choices)
    lng = models.FloatField("经度", null=True, blank=True)
    lat = models.FloatField("纬度", null=True, blank=True)

    class Meta:
        verbose_name = "地名别名"
        verbose_name_plural = "地名别名"
        indexes = [models.Index(fields=["path"], name="placealias_path", condition=CURRENT)]
        constraints = [
            models.UniqueConstraint(fields=["path", "name"], condition=CURRENT, name="placealias_current_name"),
            models.CheckConstraint(name="placealias_name", condition=Q(name__regex=r"^..")),
            models.CheckConstraint(
                name="placealias_point",
                condition=Q(lng__isnull=True, lat__isnull=True) | Q(lng__isnull=False, lat__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)


# Without 0/O, 1/I/L: read aloud and typed by hand from a worn sticker.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_place_code() -> str:
    """Ten characters, some 49 bits: not to be guessed."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(10))


class PlaceCode(Period):
    """A QR code on a wall: its page opens with the place known."""

    code = models.CharField("短码", max_length=12, unique=True, default=new_place_code)
    path = PathField("所在")
    name = models.CharField("地点", max_length=80)
    kind = models.CharField("类别", max_length=10, choices=PlaceKind.choices, default=PlaceKind.LANDMARK)
    lng = models.FloatField("经度", null=True, blank=True)
    lat = models.FloatField("纬度", null=True, blank=True)

    class Meta:
        verbose_name = "地点二维码"
        verbose_name_plural = "地点二维码"
        indexes = [models.Index(fields=["path"], name="placecode_path")]

    def __str__(self) -> str:
        return str(self.name)


class TerritoryRevision(models.Model):
    """One row whose token changes with every write, so that caches in other processes notice."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    token = models.UUIDField()

    class Meta:
        constraints = [models.CheckConstraint(name="territoryrevision_single", condition=Q(id=1))]

    def __str__(self) -> str:
        return str(self.token)
