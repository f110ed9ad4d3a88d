"""Users and grants."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone

from wangge.kernel.access.personal import EncryptedField, Personal
from wangge.kernel.access.roles import Role, role
from wangge.kernel.periods import VALID, in_force


class PathField(models.CharField):  # type: ignore[type-arg]
    """A division path (2–17 digits) under the C collation, so that ``startswith`` is an index range."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 17)
        kwargs.setdefault("db_collation", "C")
        super().__init__(*args, **kwargs)


@PathField.register_lookup
class PathStartsWith(models.Lookup):
    """``path__startswith`` as ``^@``: the same index range as LIKE, but leakproof, so that the index is used
    under row-level security too."""

    lookup_name = "startswith"

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        left, left_values = self.process_lhs(compiler, connection)
        right, right_values = self.process_rhs(compiler, connection)
        return f"{left} ^@ {right}", (*left_values, *right_values)


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
    # The last time step a code was accepted for: a code seen over a shoulder cannot be used again.
    totp_last_step = models.BigIntegerField("动态口令时间步", null=True, blank=True, editable=False)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]
    objects: ClassVar[UserManager] = UserManager()

    personal_data: ClassVar[dict[str, Personal]] = {
        "username": Personal("登录", "履行法定职责（个人信息保护法第13条第3项）", "安全管理员、本人", "停用后3年"),
        "display_name": Personal(
            "办理人留痕", "履行法定职责（个人信息保护法第13条第3项）", "全体工作人员", "随业务档案"
        ),
        "totp_secret": Personal("双因素登录", "GB/T 22239-2019 身份鉴别", "无人（仅系统校验）", "停用即清除"),
    }

    class Meta:
        verbose_name = "用户"
        verbose_name_plural = "用户"

    def __str__(self) -> str:
        return self.display_name or self.username


class GrantQuerySet(models.QuerySet["Grant"]):
    def in_force(self, on: date) -> GrantQuerySet:
        return self.filter(in_force(on))


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
            models.CheckConstraint(name="grant_valid_period", condition=VALID),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}:{self.role}@{self.path or self.office_id or ''}"

    @property
    def definition(self) -> Role | None:
        return role(self.role)

    @property
    def is_over(self) -> bool:
        """Whether the grant's period has passed."""
        return self.valid_to is not None and self.valid_to <= timezone.localdate()


class PasswordRecord(models.Model):
    """A password used before (its hash), so that it is not used again."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="用户")
    encoded = models.CharField("密码散列", max_length=128)
    replaced_at = models.DateTimeField("更换时间", auto_now_add=True)

    class Meta:
        verbose_name = "旧密码"
        verbose_name_plural = "旧密码"
        indexes = [models.Index(fields=["user", "-replaced_at"], name="password_user_replaced")]

    def __str__(self) -> str:
        return f"{self.user_id}@{self.replaced_at:%F}"


class RecoveryCode(models.Model):
    """A single-use code for somebody whose phone is lost; only its keyed digest is kept."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="recovery_codes", verbose_name="用户")
    digest = models.BinaryField("散列", max_length=32)
    created_at = models.DateTimeField("生成时间", auto_now_add=True)
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    class Meta:
        verbose_name = "恢复码"
        verbose_name_plural = "恢复码"
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"{self.user_id}:{self.pk}"


class SignIn(models.Model):
    """One session of a user, from login to its end."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sign_ins", verbose_name="用户")
    session_key = models.CharField("会话", max_length=40, unique=True)
    address = models.CharField("来源地址", max_length=45, blank=True)
    agent = models.CharField("浏览器", max_length=200, blank=True)
    started_at = models.DateTimeField("登录时间", auto_now_add=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    ended_by = models.CharField("结束原因", max_length=40, blank=True)

    class Meta:
        verbose_name = "登录会话"
        verbose_name_plural = "登录会话"
        indexes = [
            models.Index(fields=["user", "started_at"], name="sign_in_open", condition=Q(ended_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}@{self.started_at:%F %T}"


class LoginFailure(models.Model):
    """A failed login, for as long as it counts against its address (``addresses``)."""

    address = models.CharField("来源地址", max_length=45)
    account = models.BinaryField("账号散列", max_length=16)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "登录失败"
        verbose_name_plural = "登录失败"
        indexes = [models.Index(fields=["address", "at"], name="login_failure_address")]

    def __str__(self) -> str:
        return f"{self.address}@{self.at:%F %T}"


class AddressLockQuerySet(models.QuerySet["AddressLock"]):
    def in_force(self, now: datetime) -> AddressLockQuerySet:
        return self.filter(until__gt=now, lifted_at__isnull=True)


class AddressLock(models.Model):
    """An address from which too many accounts were tried; its last lock."""

    address = models.CharField("来源地址", max_length=45, unique=True)
    locked_at = models.DateTimeField("锁定时间")
    until = models.DateTimeField("锁定至")
    failures = models.PositiveIntegerField("失败次数")
    accounts = models.PositiveIntegerField("涉及账号数")
    lifted_at = models.DateTimeField("解除时间", null=True, blank=True)

    objects = AddressLockQuerySet.as_manager()

    class Meta:
        verbose_name = "来源地址锁定"
        verbose_name_plural = "来源地址锁定"
        indexes = [models.Index(fields=["-locked_at", "-id"], name="address_lock_new")]

    def __str__(self) -> str:
        return self.address

    def is_in_force(self, now: datetime) -> bool:
        return self.until > now and self.lifted_at is None


class UnmaskCount(models.Model):
    """How many personal values a user unmasked on a day."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="用户")
    on = models.DateField("日期")
    count = models.PositiveIntegerField("次数", default=0)

    class Meta:
        verbose_name = "查看明文次数"
        verbose_name_plural = "查看明文次数"
        constraints = [models.UniqueConstraint(fields=["user", "on"], name="unmask_count_per_day")]

    def __str__(self) -> str:
        return f"{self.user_id}@{self.on}: {self.count}"
