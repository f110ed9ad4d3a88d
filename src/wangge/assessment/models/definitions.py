"""What is measured and what it is worth: rows with a period of validity, never edited."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from wangge.assessment.enums import By, Direction, Group, Shape
from wangge.kernel.access.models import PathField
from wangge.kernel.facts.registry import Unit as Reading
from wangge.kernel.periods import VALID, InForceQuerySet

READINGS = [(Reading.PERCENT.value, "百分比"), (Reading.NUMBER.value, "数值"), (Reading.COUNT.value, "件数")]


class Definition(models.Model):
    """An indicator from a day on: Σ times × fact over Σ times × fact, over the rows that are not left out.

    ``numerator`` and ``denominator`` are lists of [fact, times]; an empty denominator makes a plain count.
    """

    code = models.CharField("代码", max_length=40, db_collation="C")
    label = models.CharField("名称", max_length=40)
    family = models.CharField("类别", max_length=20)
    numerator = models.JSONField("分子")
    denominator = models.JSONField("分母", default=list, blank=True)
    by = models.CharField("归属", max_length=8, choices=By.choices, default=By.OFFICE)
    better = models.CharField("方向", max_length=8, choices=Direction.choices, default=Direction.HIGH)
    reading = models.CharField("读法", max_length=8, choices=READINGS, default=Reading.PERCENT.value)
    keeps_excluded = models.BooleanField("含已剔除事项", default=False)
    without_kinds = ArrayField(models.CharField(max_length=20), verbose_name="不计类别", default=list, blank=True)
    without_demands = ArrayField(models.CharField(max_length=12), verbose_name="不计诉求类型", default=list, blank=True)
    without_channels = ArrayField(models.CharField(max_length=12), verbose_name="不计渠道", default=list, blank=True)
    minimum = models.PositiveIntegerField("最小样本", default=0)
    meaning = models.TextField("口径说明")
    basis = models.CharField("依据", max_length=200, blank=True)
    sort = models.PositiveSmallIntegerField("排序", default=0)
    path = PathField("适用范围", blank=True, default="")
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)

    objects = InForceQuerySet.as_manager()

    class Meta:
        verbose_name = "指标口径"
        verbose_name_plural = "指标口径"
        constraints = [
            models.CheckConstraint(name="definition_period", condition=VALID),
            models.UniqueConstraint(fields=["path", "code", "valid_from"], name="definition_once"),
            models.UniqueConstraint(
                fields=["path", "code"], name="definition_one_open", condition=models.Q(valid_to__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.label


class Scheme(models.Model):
    """The weights of one group from a day on; the longest path in force wins."""

    name = models.CharField("名称", max_length=60)
    group = models.CharField("组别", max_length=12, choices=Group.choices)
    path = PathField("适用范围", blank=True, default="")
    base = models.CharField("样本指标", max_length=40, default="solution", help_text="以它的分母作为样本量")
    minimum = models.PositiveIntegerField("参加排名的最小样本", default=30)
    basis = models.CharField("依据", max_length=200, blank=True)
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)

    objects = InForceQuerySet.as_manager()

    class Meta:
        verbose_name = "考核方案"
        verbose_name_plural = "考核方案"
        constraints = [
            models.CheckConstraint(name="scheme_period", condition=VALID),
            models.UniqueConstraint(fields=["path", "group", "valid_from"], name="scheme_once"),
            models.UniqueConstraint(
                fields=["path", "group"], name="scheme_one_open", condition=models.Q(valid_to__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SchemeItem(models.Model):
    """One line of a scheme. ``weight``: full marks of the line (for deductions and bonuses: the most)."""

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="items")
    indicator = models.CharField("指标", max_length=40, db_collation="C")
    shape = models.CharField("计分方式", max_length=8, choices=Shape.choices, default=Shape.SHARE)
    weight = models.DecimalField("满分（扣分、加分：上限）", max_digits=6, decimal_places=2)
    low = models.DecimalField("下限", max_digits=9, decimal_places=4, null=True, blank=True)
    high = models.DecimalField("上限", max_digits=9, decimal_places=4, null=True, blank=True)
    step = models.DecimalField("每次分值", max_digits=6, decimal_places=2, null=True, blank=True)
    free = models.PositiveIntegerField("免计次数", default=0)
    floor = models.DecimalField("最低得分", max_digits=6, decimal_places=2, default=0)
    sort = models.PositiveSmallIntegerField("排序", default=0)

    class Meta:
        verbose_name = "考核项"
        verbose_name_plural = "考核项"
        ordering = ["sort", "id"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "indicator"], name="scheme_item_once"),
            models.CheckConstraint(name="scheme_item_weight", condition=models.Q(weight__gt=0)),
            models.CheckConstraint(
                name="scheme_item_shape",
                condition=models.Q(shape=Shape.SHARE)
                | models.Q(shape__in=[Shape.LINE, Shape.BAND], low__isnull=False, high__isnull=False)
                | models.Q(shape__in=[Shape.DEDUCT, Shape.BONUS], step__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.weight}"


class AssessmentRules(models.Model):
    """Parameters of the month per division; the longest path in force wins. All defaults are background unless the
    help text names a source."""

    path = PathField("适用范围", blank=True, default="")
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)
    appeal_days = models.PositiveSmallIntegerField("申诉工作日", default=5)
    street_share = models.PositiveSmallIntegerField(
        "街道评议占部门年度考核（%）", default=20, help_text="街道对部门评议，按20%权重导入部门年度考核（O01）"
    )
    lists_shown = models.BooleanField("公布红黑榜", default=False)
    lists_size = models.PositiveSmallIntegerField("红黑榜单位数", default=5, help_text="榆林：前五、后五")
    enter_volume = models.PositiveSmallIntegerField("列入治理：诉求量前几名", default=3)
    enter_below = models.PositiveSmallIntegerField("列入治理：且得分低于", default=85)
    enter_months = models.PositiveSmallIntegerField("列入治理：连续几个月", default=3)
    leave_fall = models.PositiveSmallIntegerField("退出治理：诉求量同比下降（%）", default=10)
    leave_score = models.PositiveSmallIntegerField("退出治理：且得分不低于", default=85)
    leave_months = models.PositiveSmallIntegerField("退出治理：连续几个月", default=3)

    objects = InForceQuerySet.as_manager()

    class Meta:
        verbose_name = "考核规则"
        verbose_name_plural = "考核规则"
        constraints = [
            models.CheckConstraint(name="assessment_rules_period", condition=VALID),
            models.UniqueConstraint(fields=["path", "valid_from"], name="assessment_rules_once"),
            models.UniqueConstraint(
                fields=["path"], name="assessment_rules_one_open", condition=models.Q(valid_to__isnull=True)
            ),
            models.CheckConstraint(name="assessment_share", condition=models.Q(street_share__lte=100)),
        ]

    def __str__(self) -> str:
        return f"考核规则 {self.path or '默认'} {self.valid_from}"
