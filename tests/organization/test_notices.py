"""Telling offices: once each, and nobody who is not there."""

from __future__ import annotations

import pytest
from django.utils import timezone

from wangge.cases.models import Case, Notice
from wangge.organization.notices import tell

pytestmark = pytest.mark.django_db


def test_an_office_named_twice_is_told_once_and_nobody_is_not() -> None:
    case = Case.objects.create(
        number="150203202601010000011", channel="hotline", demand_type="complaint", title="井盖", text="井盖",
        path="150203", state="received", created_at=timezone.now(),
    )  # fmt: skip
    now = timezone.now()
    assert tell(Notice, [7, None, 7, 9], text="限" * 300, at=now, case=case, kind="warning") == 2
    told = Notice.objects.order_by("office_id")
    assert [(one.office_id, one.text, one.at, one.seen_at) for one in told] == [
        (7, "限" * 200, now, None),
        (9, "限" * 200, now, None),
    ]
    assert tell(Notice, [None], text="限", at=now, case=case, kind="warning") == 0
