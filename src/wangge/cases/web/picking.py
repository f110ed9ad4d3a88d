"""A field to pick one (or several) of many by typing part of the name; the browser offers the list itself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Options = list[tuple[Any, str]]


class PickWidget(forms.TextInput):
    """A text input with a datalist of the names."""

    options: Options = []

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
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
