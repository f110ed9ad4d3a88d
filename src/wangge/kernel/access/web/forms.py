"""Forms of login, the user's own account, and the administrators' pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from wangge.kernel.access.models import User
from wangge.kernel.access.roles import Reach, roles
from wangge.kernel.access.web.picking import OfficeField, PlaceField


def _password(label: str, autocomplete: str, **kwargs: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, max_length=128, widget=widget, **kwargs)


class LoginForm(forms.Form):
    username = forms.CharField(
        label="账号", max_length=64, widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = _password("密码", "current-password")


class CodeForm(forms.Form):
    """A code of the authenticator, or a recovery code."""

    code = forms.CharField(
        label="动态口令",
        max_length=24,
        help_text="身份验证器中的6位数字；手机不在身边时，可填写一个恢复码。",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True}),
    )


class NewPasswordForm(forms.Form):
    """The old password, and the new one twice; checked against the rules for ``user``."""

    old = _password("现在的密码", "current-password")
    new = _password(
        "新密码", "new-password", help_text="至少10位，含大写字母、小写字母、数字、其他字符中的三类，不与最近5次相同。"
    )
    again = _password("再输入一次新密码", "new-password")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_old(self) -> str:
        old: str = self.cleaned_data["old"]
        if not self.user.check_password(old):
            raise ValidationError("现在的密码不正确。")
        return old

    def clean_new(self) -> str:
        new: str = self.cleaned_data["new"]
        validate_password(new, self.user)
        return new

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if "new" in self.cleaned_data and again != self.cleaned_data["new"]:
            raise ValidationError("两次输入的新密码不一致。")
        return again


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", min_length=4, max_length=500)


class NewAccountForm(forms.Form):
    username = forms.CharField(label="账号", min_length=2, max_length=64)
    display_name = forms.CharField(label="姓名", max_length=64)


def _role_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    groups = {Reach.PATH: "按区划", Reach.OFFICE: "按机构", Reach.NONE: "管理员"}
    found = {
        label: [(r.code, r.label) for r in roles().values() if r.reach is reach] for reach, label in groups.items()
    }
    return [("", [("", "请选择")]), *found.items()]


class GrantForm(forms.Form):
    role = forms.ChoiceField(label="角色")
    path = PlaceField(
        label="管辖范围",
        required=False,
        help_text="填街道、社区、网格的名称，或区划代码；按机构的角色可不填。",
    )
    office_id = OfficeField(label="机构", required=False, help_text="按机构的角色必填；按区划的角色填所在机构。")
    valid_from = forms.DateField(
        label="生效日期", initial=timezone.localdate, widget=forms.DateInput(attrs={"type": "date"})
    )
    valid_to = forms.DateField(
        label="失效日期", required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text="不填为长期有效。"
    )
    reason = forms.CharField(label="理由", min_length=4, max_length=500)

    def __init__(self, *args: Any, within: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("path", "office_id"):
            self.fields[name].offer(within)  # type: ignore[attr-defined]
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)
        role.choices = _role_choices()
