"""Users and grants."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone

from wangge.kernel.access.personal import EncryptedField, Personal
from wangge.kernel.access.roles import Role, role


class PathField(models.CharField):  # type: ignore[type-arg]
    """A division path (2–17 digits) under the C collation, so that ``startswith`` is an index range."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 17)
        kwargs.setdefault("db_collation", "C")
        super().__init__(*args, **kwargs)


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.password_changed_at = timezone.now()
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=username)


class User(AbstractBaseUser):
    """Somebody who signs in. Never deleted: ended (``ended_at``), so that history keeps its names."""

    username = models.CharField("账号", max_length=64, unique=True)
    display_name = models.CharField("姓名", max_length=64)
    is_active = models.BooleanField("启用", default=True)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    ended_at = models.DateTimeField("停用时间", null=True, blank=True)
    password_changed_at = models.DateTimeField("密码修改时间", null=True, blank=True)
    must_change_password = models.BooleanField("须修改密码", default=False)
    totp_secret = EncryptedField("动态口令密钥", null=True, blank=True)
    totp_confirmed_at = models.DateTimeField("动态口令启用时间", null=True, blank=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]
    objects: ClassVar[UserManager] = UserManager()

    personal_data: ClassVar[dict[str, Personal]] = {
        "username": Personal("登录", "履行法定职责(个人信息保护法第13条第3项)", "安全管理员、本人", "停用后3年"),
        "display_name": Personal("办理人留痕", "履行法定职责(个人信息保护法第13条第3项)", "全体工作人员", "随业务档案"),
        "totp_secret": Personal("双因素登录", "GB/T 22239-2019 身份鉴别", "无人(仅系统校验)", "停用即清除"),
    }

    class Meta:
        verbose_name = "用户"
        verbose_name_plural = "用户"

    def __str__(self) -> str:
        return self.display_name or self.username


class GrantQuerySet(models.QuerySet["Grant"]):
    def in_force(self, on: date) -> GrantQuerySet:
        return self.filter(Q(valid_from__lte=on) & (Q(valid_to__isnull=True) | Q(valid_to__gt=on)))


class Grant(models.Model):
    """A user holds a role over a path prefix or in an office, from a day, until a day (exclusive)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants", verbose_name="用户")
    role = models.CharField("角色", max_length=40)
    path = PathField("管辖范围", blank=True, default="")
    office_id = models.BigIntegerField("机构", null=True, blank=True)
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="授权人")
    created_at = models.DateTimeField("授权时间", auto_now_add=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = "授权"
        verbose_name_plural = "授权"
        indexes = [
            models.Index(fields=["user", "valid_to"], name="grant_user_valid"),
            models.Index(fields=["office_id", "role"], name="grant_office_role"),
            models.Index(fields=["path", "role"], name="grant_path_role"),
        ]
        constraints = [
            models.CheckConstraint(
                name="grant_valid_period", condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}:{self.role}@{self.path or self.office_id or ''}"

    @property
    def definition(self) -> Role | None:
        return role(self.role)
