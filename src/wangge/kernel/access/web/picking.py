"""Fields to pick one (or several) of many by typing part of the name, a place or an office among them; the browser
offers the list itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from wangge.kernel.access import names

Options = list[tuple[Any, str]]
CODE: Final = re.compile(r"[0-9]{2,17}", re.ASCII)


class PickWidget(forms.TextInput):
    """A text input with a datalist of the names."""

    options: Options = []

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        if not self.options:
            return super().render(name, value, attrs, renderer)
        attrs = {**(attrs or {}), "list": f"{(attrs or {}).get('id', name)}-list", "autocomplete": "off"}
        shown = {str(v): label for v, label in self.options}.get(str(value), value)
        control = super().render(name, shown, attrs, renderer)
        listed = format_html_join("", '<option value="{}"></option>', ((label,) for _, label in self.options))
        return format_html('{}<datalist id="{}">{}</datalist>', control, attrs["list"], listed)


class PickField(forms.Field):
    """The value behind the typed name; with ``many`` a list of values. Part of a name suffices when only one fits."""

    widget = PickWidget

    def __init__(self, *, placeholder: str = "", many: bool = False, **kwargs: Any) -> None:
        self.many = many
        super().__init__(**kwargs)
        self.widget.attrs["placeholder"] = placeholder
        self.options = []

    @property
    def options(self) -> Options:
        return self._options

    @options.setter
    def options(self, found: Options) -> None:
        self._options = self.widget.options = found

    def to_python(self, value: Any) -> Any:
        typed = str(value or "").strip()
        if self.many:
            parts = typed.replace("，", "、").replace(",", "、").split("、")
            return [self._one(part.strip()) for part in parts if part.strip()]
        return self._one(typed) if typed else None

    def _one(self, typed: str) -> Any:
        exact = [v for v, label in self._options if typed in {label, str(v)}]
        found = exact or [v for v, label in self._options if typed in label]
        if len(found) == 1:
            return found[0]
        if not found:
            raise ValidationError(f"没有“{typed[:40]}”，请从列表中选择。")
        raise ValidationError(f"有{len(found)}个含有“{typed[:40]}”，请从列表中选择一个。")


class OfficeField(PickField):
    """An office by name; cleans to its number, which may be typed as well."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(placeholder="输入机构名称", **kwargs)

    def _one(self, typed: str) -> Any:
        return int(typed) if typed.isdecimal() and len(typed) < 19 else super()._one(typed)

    def offer(self, roots: Iterable[str]) -> None:
        """The offices below ``roots``."""
        self.options = names.office_choices(roots)


class PlaceField(forms.CharField):
    """A division or grid by code, or by name when only one is meant; cleans to the code (empty: no place)."""

    widget = PickWidget

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "填区划代码，或街道、社区、网格的名称。")
        super().__init__(max_length=60, **kwargs)

    def offer(self, roots: Iterable[str]) -> None:
        """``roots`` with the streets and communities below them; others may be typed."""
        wanted = list(roots)
        self.widget.options = list(dict([*names.places(wanted).items(), *names.place_choices(wanted)]).items())

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if not text or CODE.fullmatch(text):
            return text
        if text.isdigit():
            raise ValidationError("区划代码应为2至17位。")
        offered = [code for code, label in self.widget.options if label == text]
        if len(offered) == 1:
            return str(offered[0])
        meant = names.meant(text, limit=2)
        if not meant:
            raise ValidationError(f"没有找到“{text}”这个地方。")
        if len(meant) > 1:
            raise ValidationError(f"“{text}”不止一处，请写全称（如“少先路街道 友谊社区”）或填区划代码。")
        return str(meant[0].code)
