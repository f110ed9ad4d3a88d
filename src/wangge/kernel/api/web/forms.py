"""Forms of the system administrator's pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from wangge.kernel.access.web.picking import OfficeField, PlaceField


def words(text: str) -> list[str]:
    """Split by commas, Chinese commas, spaces and line ends."""
    for mark in ",,、;;\n\r\t":
        text = text.replace(mark, " ")
    return text.split()


class SystemForm(forms.Form):
    name = forms.CharField(label="名称", max_length=80)
    scopes = forms.CharField(
        label="权限范围", max_length=500, help_text="如 cases:read cases:write，以空格或逗号分开。"
    )
    path = PlaceField(label="管辖范围")
    office_id = OfficeField(label="机构", required=False)
    rate_per_minute = forms.IntegerField(label="每分钟请求数", initial=600, min_value=1, max_value=100_000)
    allowed_addresses = forms.CharField(
        label="允许的来源地址", required=False, max_length=500, help_text="IP 或网段，如 10.1.2.0/24；不填为不限。"
    )
    expires_on = forms.DateField(
        label="到期日期", required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text="不填为长期有效。"
    )

    def __init__(self, *args: Any, within: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("path", "office_id"):
            self.fields[name].offer(within)  # type: ignore[attr-defined]

    def clean_scopes(self) -> list[str]:
        return words(self.cleaned_data["scopes"])

    def clean_allowed_addresses(self) -> list[str]:
        return words(self.cleaned_data["allowed_addresses"])


class WebhookForm(forms.Form):
    url = forms.CharField(label="回调地址", max_length=500, help_text="https 地址。")
    events = forms.CharField(label="事件", max_length=500, help_text="如 case.created 或 case.*，以空格或逗号分开。")

    def clean_events(self) -> list[str]:
        return words(self.cleaned_data["events"])
