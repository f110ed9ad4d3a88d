"""The shipped catalogue by 七有五性: every kind is one of the twelve, but for praise and what is none of the others."""

from __future__ import annotations

import pytest
from django.utils import timezone

from wangge.duties import needs
from wangge.duties.importing import defaults
from wangge.duties.models import Kind

pytestmark = pytest.mark.django_db


def test_praise_and_everything_else_are_counted_under_no_need() -> None:
    defaults.load()
    found = needs.of_kinds(timezone.localdate())
    leaves = set(Kind.objects.filter(is_leaf=True).values_list("code", flat=True))
    assert leaves - set(found) == {"160504", "160505"}
    assert (found["160501"], needs.LABELS[needs.OTHER]) == ("duoyang", "未归类")
    others = Kind.objects.filter(needs.condition(needs.OTHER, timezone.localdate(), "code"), is_leaf=True)
    assert set(others.values_list("code", flat=True)) == {"160504", "160505"}
