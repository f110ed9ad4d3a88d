"""Offices, posts, staff and their history."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from wangge.kernel.access.models import PathField
from wangge.kernel.access.personal import EncryptedField, Personal, blind_index
from wangge.kernel.periods import VALID, InForceQuerySet
from wangge.organization import book
from wangge.organization.enums import Level, Nature, OfficeEvent, StaffCategory, StaffEvent

PHONE = "phone"  # the purpose under which phones are indexed, the same everywhere


class OfficeKind(models.Model):
    """A kind of office. Duties and flows name offices by these codes; a district may add its own."""

    code = models.CharField("代码", max_length=40, primary_key=True)
    label = models.CharField("名称", max_length=60)
    level = models.CharField("层级", max_length=12, choices=Level)
    nature = models.CharField("性质", max_length=16, choices=Nature)
    department_kind = models.CharField("主管部门类别", max_length=40, blank=True)
    duty = models.CharField("主要职责", max_length=300, blank=True)
    sort = models.PositiveIntegerField("排序", default=0)

    class Meta:
        verbose_name = "机构类别"
        verbose_name_plural = "机构类别"
        ordering = ["sort", "code"]

    def __str__(self) -> str:
        return self.label


class OfficeQuerySet(InForceQuerySet):
    """Every write through it drops what ``book`` holds."""

    def within(self, path: str) -> OfficeQuerySet:
        """Offices that serve ``path`` or something below it."""
        return self.filter(path__startswith=path)

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        created = super().bulk_create(objs, *args, **kwargs)
        book.changed()
        return created

    def update(self, **kwargs: Any) -> int:
        count = super().update(**kwargs)
        book.changed()
        return count


class Office(models.Model):
    """A body that answers for matters in the division ``path``. Never deleted: closed or merged."""

    name = models.CharField("名称", max_length=80)
    second_names = models.JSONField("挂牌", default=list, blank=True, help_text="同一机构加挂的其他牌子")
    kind = models.CharField("类别", max_length=40)
    level = models.CharField("层级", max_length=12, choices=Level)
    nature = models.CharField("性质", max_length=16, choices=Nature, default=Nature.BODY)
    path = PathField("服务区划")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级机构"
    )
    department = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="dispatched", verbose_name="主管部门"
    )
    phone = models.CharField("公开电话", max_length=32, blank=True)
    address = models.CharField("公开地址", max_length=200, blank=True)
    sort = models.PositiveIntegerField("排序", default=0)
    valid_from = models.DateField("设立日期")
    valid_to = models.DateField("撤销日期", null=True, blank=True)
    successor = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="predecessors", verbose_name="并入机构"
    )
    template_key = models.CharField("设立模板", max_length=40, blank=True)

    objects = OfficeQuerySet.as_manager()

    class Meta:
        verbose_name = "机构"
        verbose_name_plural = "机构"
        indexes = [
            models.Index(fields=["path", "kind"], name="office_path_kind"),
            models.Index(fields=["kind", "path"], name="office_kind_path"),
        ]
        constraints = [
            models.CheckConstraint(name="office_valid_period", condition=VALID),
            models.CheckConstraint(name="office_path_digits", condition=Q(path__regex=r"^[0-9]{2,17}$")),
            models.CheckConstraint(name="office_has_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="office_not_its_own_parent", condition=Q(parent__isnull=True) | ~Q(parent=F("id"))
            ),
            models.UniqueConstraint(
                name="office_open_once", fields=["path", "kind", "name"], condition=Q(valid_to__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        book.changed()

    @property
    def is_dispatched_body(self) -> bool:
        """Under the street's unified dispatch and the department's lead at once (双重管理, A18)."""
        return self.nature == Nature.DISPATCHED

    @property
    def full_name(self) -> str:
        """The name with its second plates: 便民服务中心(退役军人服务站)."""
        return f"{self.name}（{'、'.join(self.second_names)}）" if self.second_names else self.name


class OfficeChange(models.Model):
    """One change of an office: ``before`` and ``after`` hold the fields that changed."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="changes", verbose_name="机构")
    what = models.CharField("变动", max_length=12, choices=OfficeEvent)
    on = models.DateField("生效日期")
    before = models.JSONField("变动前", default=dict)
    after = models.JSONField("变动后", default=dict)
    reason = models.CharField("依据", max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="经办人"
    )
    at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = "机构沿革"
        verbose_name_plural = "机构沿革"
        ordering = ["on", "id"]
        indexes = [models.Index(fields=["office", "on"], name="office_change_office_on")]

    def __str__(self) -> str:
        return f"{self.on} {self.get_what_display()}"


class Post(models.Model):
    """A post (岗位) of an office."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="posts", verbose_name="机构")
    title = models.CharField("岗位", max_length=60)
    rank = models.CharField("职级", max_length=30, blank=True)
    is_head = models.BooleanField("主要负责人", default=False)
    sort = models.PositiveIntegerField("排序", default=0)

    class Meta:
        verbose_name = "岗位"
        verbose_name_plural = "岗位"
        ordering = ["-is_head", "sort", "id"]
        constraints = [models.UniqueConstraint(name="post_once_per_office", fields=["office", "title"])]

    def __str__(self) -> str:
        return self.title


class Staff(models.Model):
    """Somebody who works in an office, with an account. Never deleted: ``valid_to`` is the first day gone."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="staff", verbose_name="账号"
    )
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="staff", verbose_name="机构")
    post = models.ForeignKey(
        Post, on_delete=models.PROTECT, null=True, blank=True, related_name="staff", verbose_name="岗位"
    )
    staff_no = models.CharField("工号", max_length=32, blank=True)
    category = models.CharField("人员类别", max_length=16, choices=StaffCategory, default=StaffCategory.OFFICIAL)
    phone = EncryptedField("手机", null=True, blank=True)
    phone_index = models.BinaryField("手机索引", max_length=16, null=True, blank=True, editable=False)
    valid_from = models.DateField("入职日期")
    valid_to = models.DateField("离职日期", null=True, blank=True)

    objects = InForceQuerySet.as_manager()

    blind_indexes: ClassVar[dict[str, tuple[str, str]]] = {"phone_index": ("phone", PHONE)}
    personal_data: ClassVar[dict[str, Personal]] = {
        "user": Personal(
            "派单、办理与考核留痕", "履行法定职责（个人信息保护法第13条第3项）", "全体工作人员", "随业务档案"
        ),
        "staff_no": Personal("识别工作人员", "人力资源管理（个人信息保护法第13条第2项）", "机构管理员", "离职后3年"),
        "phone": Personal(
            "工作联络与催办", "人力资源管理（个人信息保护法第13条第2项）", "机构管理员（说明理由）", "离职即清除"
        ),
        "phone_index": Personal(
            "按手机查找", "人力资源管理（个人信息保护法第13条第2项）", "无人（仅系统比对）", "离职即清除"
        ),
    }

    class Meta:
        verbose_name = "工作人员"
        verbose_name_plural = "工作人员"
        indexes = [
            models.Index(fields=["office", "valid_to"], name="staff_office_valid"),
            models.Index(fields=["phone_index"], name="staff_phone_index"),
        ]
        constraints = [
            models.CheckConstraint(name="staff_valid_period", condition=VALID),
            models.UniqueConstraint(name="staff_no_once", fields=["staff_no"], condition=~Q(staff_no="")),
        ]

    def __str__(self) -> str:
        return str(self.user)

    def set_phone(self, phone: str) -> None:
        """Keep ``phone`` encrypted, with its index; an empty one clears both."""
        self.phone = phone or None
        self.phone_index = blind_index(phone, PHONE) or None


class StaffChange(models.Model):
    """One step in somebody's service."""

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="changes", verbose_name="工作人员")
    what = models.CharField("变动", max_length=12, choices=StaffEvent)
    on = models.DateField("生效日期")
    from_office = models.ForeignKey(
        Office, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="原机构"
    )
    to_office = models.ForeignKey(Office, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="新机构")
    from_post = models.CharField("原岗位", max_length=60, blank=True)
    to_post = models.CharField("新岗位", max_length=60, blank=True)
    reason = models.CharField("依据", max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="经办人"
    )
    at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = "人员变动"
        verbose_name_plural = "人员变动"
        ordering = ["on", "id"]

    def __str__(self) -> str:
        return f"{self.on} {self.get_what_display()}"


class Revision(models.Model):
    """One row, stamped by a trigger with the transaction that last changed an office; ``book`` compares it."""

    id = models.SmallIntegerField(primary_key=True)
    value = models.BigIntegerField("版本", default=0)

    class Meta:
        verbose_name = "机构表版本"
        verbose_name_plural = "机构表版本"

    def __str__(self) -> str:
        return str(self.value)
