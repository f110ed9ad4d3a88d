"""Kind models with their figures, and permits."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from wangge.insight.learning.enums import ModelState
from wangge.kernel.access.models import PathField
from wangge.kernel.periods import VALID, InForceQuerySet


class KindModel(models.Model):
    """One training. Figures are those on ``held_rows`` cases held back, the newest, which it did not learn from."""

    path = PathField("所属区划")
    state = models.CharField("状态", max_length=8, choices=ModelState.choices)
    rows = models.PositiveIntegerField("学习件数")
    held_rows = models.PositiveIntegerField("检验件数")
    classes = models.PositiveIntegerField("类别数")
    macro_f1 = models.FloatField("宏平均F1")
    accuracy = models.FloatField("准确率")
    calibration_error = models.FloatField("置信误差")
    before_f1 = models.FloatField("原模型F1", null=True, blank=True, help_text="使用中的模型在同一批检验事项上")
    reliability = models.JSONField("可靠度", default=list)
    note = models.CharField("说明", max_length=200, blank=True)
    sha256 = models.CharField("摘要", max_length=64, blank=True)
    seconds = models.FloatField("用时（秒）", default=0)
    trained_at = models.DateTimeField("训练时间")
    promoted_at = models.DateTimeField("启用时间", null=True, blank=True)

    class Meta:
        verbose_name = "类别模型"
        verbose_name_plural = "类别模型"
        constraints = [
            models.UniqueConstraint(fields=["path"], condition=Q(state=ModelState.ACTIVE), name="kind_model_one_active")
        ]
        indexes = [models.Index(fields=["-trained_at", "-id"], name="kind_model_trained")]

    def __str__(self) -> str:
        return f"{self.path} {self.trained_at:%F}"


class KindModelFile(models.Model):
    """The arrays of a model that is or was in use, as ``insight.modelfile`` packs them; any process can load them."""

    model = models.OneToOneField(KindModel, on_delete=models.PROTECT, primary_key=True, related_name="file")
    content = models.BinaryField("内容")

    class Meta:
        verbose_name = "模型文件"
        verbose_name_plural = "模型文件"

    def __str__(self) -> str:
        return str(self.pk)


class DispatchPermit(models.Model):
    """A person allows: cases of this kind below this place may be dispatched by the model alone when it is so sure."""

    path = PathField("适用范围")
    kind_code = models.CharField("类别代码", max_length=12)
    confidence = models.FloatField("最低把握")
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)
    basis = models.CharField("依据", max_length=200)
    given_by_id = models.BigIntegerField("许可人")

    objects = InForceQuerySet.as_manager()

    class Meta:
        verbose_name = "自动派单许可"
        verbose_name_plural = "自动派单许可"
        constraints = [
            models.CheckConstraint(name="permit_period", condition=VALID),
            models.CheckConstraint(name="permit_confidence", condition=Q(confidence__gte=0.8, confidence__lte=1)),
            models.UniqueConstraint(
                fields=["path", "kind_code"], condition=Q(valid_to__isnull=True), name="permit_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.path} {self.kind_code} ≥ {self.confidence}"
