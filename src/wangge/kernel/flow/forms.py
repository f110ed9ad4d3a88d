"""The form of a step: what every module's steps ask, and how the answers reach the flow."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.files.base import File


def text_area(rows: int = 3, **attrs: Any) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "maxlength": 2000, **attrs})


class StepForm(forms.Form):
    """A step without questions. ``given()`` are its own arguments; reason and files (``proof``) go beside them."""

    hint: ClassVar[str] = ""
    tone: ClassVar[str] = "primary"
    reason_label: ClassVar[str] = "理由"

    def __init__(self, *args: Any, subject: Any, user: Any, needs_reason: bool = False, **kwargs: Any) -> None:
        self.subject, self.user = subject, user
        super().__init__(*args, **kwargs)
        self.build()
        if needs_reason:
            self.fields["reason"] = forms.CharField(label=self.reason_label, max_length=2000, widget=text_area())

    def build(self) -> None:
        """Fields that depend on the subject."""

    def given(self) -> dict[str, Any]:
        return {k: v for k, v in self.cleaned_data.items() if k not in {"reason", "proof"}}

    def said(self) -> str:
        return str(self.cleaned_data.get("reason", ""))

    def attached(self) -> list[File[bytes]]:
        found: list[File[bytes]] = self.cleaned_data.get("proof", [])
        return found
