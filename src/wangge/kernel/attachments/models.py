"""The attachment: whose, what for, which bytes."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from wangge.kernel.access.personal import Personal
from wangge.kernel.attachments.images import SCREEN_EDGE, ExifPosition


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def current(self) -> AttachmentQuerySet:
        """Not removed."""
        return self.filter(removed_at__isnull=True)


class Attachment(models.Model):
    """One upload. Never deleted: removed ones (``removed_at``) are kept for the record and served to nobody.

    Of an erased one (``erased_at``: the time it may be kept is over) the row stays and the bytes are gone.
    """

    uuid = models.UUIDField("标识", default=uuid.uuid4, unique=True, editable=False)
    owner_type = models.CharField("所属类别", max_length=60)
    owner_id = models.BigIntegerField("所属对象")
    purpose = models.CharField("用途", max_length=40)
    name = models.CharField("文件名", max_length=130)
    content_type = models.CharField("类型", max_length=80)
    size = models.PositiveBigIntegerField("大小（字节）")
    sha256 = models.CharField("哈希", max_length=64, db_index=True)
    width = models.PositiveIntegerField("宽", null=True, blank=True)
    height = models.PositiveIntegerField("高", null=True, blank=True)
    # A signature breaks with any change, so the author and the times of a signed document stay in it.
    signed = models.BooleanField("有电子签名", default=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="上传人",
    )
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)
    removed_at = models.DateTimeField("移除时间", null=True, blank=True)
    erased_at = models.DateTimeField("清除时间", null=True, blank=True)

    objects: ClassVar[AttachmentQuerySet] = AttachmentQuerySet.as_manager()  # type: ignore[assignment]

    # Where the photo was taken, read before EXIF was stripped; on the object ``store`` returns and nowhere else.
    position: ExifPosition | None = None

    personal_data: ClassVar[dict[str, Personal]] = {
        "name": Personal(
            "辨认材料", "履行法定职责（个人信息保护法第13条第3项）", "能查看所属事项的工作人员、上传人", "随所属事项"
        ),
    }

    class Meta:
        verbose_name = "附件"
        verbose_name_plural = "附件"
        ordering = ["uploaded_at", "pk"]
        indexes = [
            models.Index(
                fields=["owner_type", "owner_id"], name="attachment_owner", condition=Q(removed_at__isnull=True)
            )
        ]
        constraints = [
            models.CheckConstraint(name="attachment_sha256", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        return self.content_type.startswith("image/")

    @property
    def remark(self) -> str:
        """What whoever passes the file on should know, or nothing."""
        return "有电子签名，作者等文档属性按原样保留" if self.signed else ""

    @property
    def variants(self) -> tuple[str, ...]:
        """The variants that have a file of their own."""
        if not self.is_image:
            return ("original",)
        large = max(self.width or 0, self.height or 0) > SCREEN_EDGE
        return ("original", "screen", "thumb") if large else ("original", "thumb")

    def url(self, variant: str = "original") -> str:
        """The address for signed-in users: original, screen or thumb (images)."""
        return reverse("attachment", args=[self.uuid, variant])

    @property
    def original_url(self) -> str:
        return self.url()

    @property
    def screen_url(self) -> str:
        return self.url("screen")

    @property
    def thumb_url(self) -> str:
        return self.url("thumb")
