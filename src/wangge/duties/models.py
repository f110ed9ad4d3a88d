"""Tables of duties: catalogues and kinds, lists and items, limit classes, duties and their history."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length

from wangge.duties.enums import CatalogueState, DemandType, ListKind, ListLevel, SevenFive
from wangge.kernel.access.models import PathField
from wangge.kernel.calendar.working import Limit, Unit
from wangge.kernel.periods import VALID, in_force
from wangge.organization.models import Office

models.CharField.register_lookup(Length)


class Catalogue(models.Model):
    """One version of the tree of kinds (派单目录). At most one is published at a time."""

    version = models.CharField("版本", max_length=20, unique=True)
    name = models.CharField("名称", max_length=80)
    state = models.CharField("状态", max_length=10, choices=CatalogueState, default=CatalogueState.DRAFT)
    valid_from = models.DateField("生效日期", null=True, blank=True)
    valid_to = models.DateField("失效日期", null=True, blank=True)
    source = models.TextField("来源说明", blank=True)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    class Meta:
        verbose_name = "类别目录"
        verbose_name_plural = "类别目录"
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state=CatalogueState.PUBLISHED), name="catalogue_one_published"
            ),
            models.CheckConstraint(
                condition=Q(state=CatalogueState.DRAFT) | Q(valid_from__isnull=False), name="catalogue_dated"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.version}）"


class Kind(models.Model):
    """A kind of matter. ``code`` has two digits per level and means the same in every catalogue."""

    catalogue = models.ForeignKey(Catalogue, on_delete=models.PROTECT, related_name="kinds", verbose_name="目录")
    code = models.CharField("编码", max_length=8, db_collation="C")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级类别"
    )
    level = models.PositiveSmallIntegerField("层级")
    name = models.CharField("名称", max_length=60)
    is_leaf = models.BooleanField("末级", default=True)
    demand_types = ArrayField(
        models.CharField(max_length=12, choices=DemandType), default=list, blank=True, verbose_name="可用诉求类型"
    )
    keywords = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name="常用说法")
    filing_condition = models.TextField("立案条件", blank=True)
    closing_condition = models.TextField("结案条件", blank=True)
    urgent = models.BooleanField("紧急类别", default=False)
    seven_five = models.CharField("七有五性", max_length=12, choices=SevenFive, blank=True)
    sort = models.PositiveIntegerField("排序", default=0)
    source = models.CharField("来源", max_length=120, blank=True)

    class Meta:
        verbose_name = "类别"
        verbose_name_plural = "类别"
        ordering = ["catalogue_id", "sort", "code"]
        constraints = [
            models.UniqueConstraint(fields=["catalogue", "code"], name="kind_code_once"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^([0-9]{2}){1,4}$") & Q(code__length=F("level") * 2), name="kind_code_shape"
            ),
            models.CheckConstraint(
                condition=Q(level=1, parent__isnull=True) | Q(level__gt=1, parent__isnull=False),
                name="kind_parent_by_level",
            ),
        ]
        indexes = [models.Index(fields=["code"], name="kind_code")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class DutyList(models.Model):
    """A list (清单) of one level: what its holders answer for, and on what basis."""

    code = models.CharField("编码", max_length=30, unique=True)
    name = models.CharField("名称", max_length=80)
    level = models.CharField("层级", max_length=12, choices=ListLevel)
    kind = models.CharField("清单种类", max_length=20, choices=ListKind)
    path = PathField("适用范围", blank=True, default="", help_text="留空表示全部；填区划代码表示该区划及以下")
    source = models.TextField("来源", blank=True)
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)

    class Meta:
        verbose_name = "清单"
        verbose_name_plural = "清单"
        ordering = ["level", "kind", "code"]
        constraints = [models.CheckConstraint(condition=VALID, name="dutylist_valid_period")]

    def __str__(self) -> str:
        return self.name


class DutyItem(models.Model):
    """An item (条目) of a list, cited by its number (C04: every whistle and dispatch rests on one)."""

    duty_list = models.ForeignKey(DutyList, on_delete=models.PROTECT, related_name="items", verbose_name="清单")
    number = models.CharField("条目号", max_length=20)
    block = models.CharField("板块", max_length=30, blank=True)
    title = models.CharField("内容", max_length=200)
    legal_basis = models.TextField("依据", blank=True)
    source = models.CharField("来源", max_length=120, blank=True)
    sort = models.PositiveIntegerField("排序", default=0)

    class Meta:
        verbose_name = "清单条目"
        verbose_name_plural = "清单条目"
        ordering = ["duty_list_id", "sort", "number"]
        constraints = [models.UniqueConstraint(fields=["duty_list", "number"], name="dutyitem_number_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


def _value(label: str) -> models.PositiveIntegerField[int, int]:
    return models.PositiveIntegerField(label)


def _unit(label: str) -> models.CharField[str, str]:
    return models.CharField(label, max_length=20, choices=Unit)


class LimitClass(models.Model):
    """A time class (时限等级): limits are law or local rule, hence rows (rules 2.1.3, 2.3.3).

    A class with ``for_demand_type`` or ``for_urgent`` replaces the duty's own class for such demands
    (a consultation is answered sooner than the complaint of the same kind).
    """

    code = models.CharField("编码", max_length=20, unique=True)
    name = models.CharField("名称", max_length=60)
    sign_value, sign_unit = _value("签收时限"), _unit("签收时限单位")
    contact_value, contact_unit = _value("首次联系时限"), _unit("首次联系时限单位")
    finish_value, finish_unit = _value("办结时限"), _unit("办结时限单位")
    extension_value, extension_unit = _value("每次延期"), _unit("延期单位")
    max_extensions = models.PositiveSmallIntegerField("延期次数上限", default=1)
    for_demand_type = models.CharField("仅用于诉求类型", max_length=12, choices=DemandType, blank=True)
    for_urgent = models.BooleanField("用于紧急事项", default=False)
    note = models.CharField("说明", max_length=200, blank=True)
    source = models.CharField("来源", max_length=200, blank=True)

    class Meta:
        verbose_name = "时限等级"
        verbose_name_plural = "时限等级"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["for_demand_type"], condition=~Q(for_demand_type=""), name="limitclass_one_per_demand_type"
            ),
            models.UniqueConstraint(fields=["for_urgent"], condition=Q(for_urgent=True), name="limitclass_one_urgent"),
            models.CheckConstraint(
                condition=Q(sign_value__gte=1, contact_value__gte=1, finish_value__gte=1, extension_value__gte=1),
                name="limitclass_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def sign(self) -> Limit:
        return Limit(self.sign_value, Unit(self.sign_unit))

    @property
    def contact(self) -> Limit:
        return Limit(self.contact_value, Unit(self.contact_unit))

    @property
    def finish(self) -> Limit:
        return Limit(self.finish_value, Unit(self.finish_unit))

    @property
    def extension(self) -> Limit:
        return Limit(self.extension_value, Unit(self.extension_unit))


class DutyQuerySet(models.QuerySet["Duty"]):
    def in_force(self, on: date) -> DutyQuerySet:
        return self.filter(in_force(on))


class Duty(models.Model):
    """Who answers for a kind at a place, on which item, within which limits, from a day until a day.

    The longest ``path`` that prefixes the place wins; ``''`` is everywhere. A duty on a kind that is no
    leaf covers the leaves below it that have none of their own. Leading: ``lead_office`` when the row
    names one, else the office of ``lead_kind`` that serves the place (streets follow different templates:
    several kinds may be given, joined by ``|``, and the first that the place has is taken). Duties hold by the
    kind's *code* (``kind_code``, copied from ``kind``), so a new catalogue version inherits them.
    """

    kind = models.ForeignKey(Kind, on_delete=models.PROTECT, related_name="duties", verbose_name="类别")
    kind_code = models.CharField("类别编码", max_length=8, db_collation="C")
    path = PathField("适用范围", blank=True, default="")
    lead_kind = models.CharField(
        "主办机构类型", max_length=160, blank=True, help_text="可用“|”写明几种，按顺序取此地设有的第一种"
    )
    lead_office = models.ForeignKey(
        Office, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="主办机构"
    )
    assist_kinds = ArrayField(models.CharField(max_length=160), default=list, blank=True, verbose_name="协办机构类型")
    assist_offices = models.ManyToManyField(Office, blank=True, related_name="+", verbose_name="协办机构")
    item = models.ForeignKey(
        DutyItem, on_delete=models.PROTECT, null=True, blank=True, related_name="duties", verbose_name="清单条目"
    )
    limit = models.ForeignKey(LimitClass, on_delete=models.PROTECT, related_name="duties", verbose_name="时限等级")
    community_may_handle = models.BooleanField("社区可承办", default=False)
    community_item = models.ForeignKey(
        DutyItem, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="社区清单条目"
    )
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    source = models.CharField("来源", max_length=120, blank=True)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = DutyQuerySet.as_manager()

    class Meta:
        verbose_name = "职责"
        verbose_name_plural = "职责"
        ordering = ["kind_code", "path", "-valid_from", "-id"]
        constraints = [
            models.CheckConstraint(condition=VALID, name="duty_valid_period"),
            models.CheckConstraint(
                condition=~Q(lead_kind="") | Q(lead_office__isnull=False), name="duty_names_somebody"
            ),
            # Law forbids giving a community what no list of its own holds (条例 art. 17; C16, C20).
            models.CheckConstraint(
                condition=Q(community_may_handle=False) | Q(community_item__isnull=False), name="duty_community_by_list"
            ),
            models.UniqueConstraint(
                fields=["kind_code", "path"], condition=Q(valid_to__isnull=True), name="duty_one_open_per_place"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind_code}@{self.path or '全部'}"


class Revision(models.Model):
    """One row whose token changes with every write to these tables (by trigger): caches compare it."""

    token = models.UUIDField("标记")

    class Meta:
        verbose_name = "数据版本"
        verbose_name_plural = "数据版本"

    def __str__(self) -> str:
        return str(self.token)
