"""The form of a step: its own arguments, and beside them the reason and the files."""

from __future__ import annotations

from typing import Any

from django import forms

from wangge.kernel.flow.forms import StepForm


class PlanForm(StepForm):
    plan = forms.CharField()
    proof = forms.Field(required=False)

    def build(self) -> None:
        self.fields["plan"].label = f"{self.subject}的方案"


def filled(**given: Any) -> StepForm:
    return PlanForm(given, {}, subject="事项甲", user=None, needs_reason=True)


def test_arguments_reason_and_files_are_told_apart() -> None:
    form = filled(plan="先清运", proof=["照片"], reason="群众催办")
    assert form.is_valid()
    assert (form.given(), form.said(), form.attached()) == ({"plan": "先清运"}, "群众催办", ["照片"])


def test_the_reason_is_asked_where_the_step_needs_one() -> None:
    assert filled(plan="先清运").errors == {"reason": ["这个字段是必填项。"]}
    assert list(StepForm(subject=None, user=None).fields) == []


def test_fields_know_the_subject() -> None:
    assert filled().fields["plan"].label == "事项甲的方案"
