"""The tables of topics: constraints and row-level security."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from wangge.insight.topics.models import Rise, Topic
from wangge.kernel.access import database
from wangge.kernel.access.scopes import Scope

STREET, OTHER = "150203001", "150203002"


def topic(**given: Any) -> Topic:
    now = timezone.now()
    values: dict[str, Any] = {
        "name": "友谊大街·垃圾",
        "path": STREET,
        "first_on": date(2026, 3, 1),
        "last_on": date(2026, 3, 2),
        "created_at": now,
        "updated_at": now,
    }
    return Topic.objects.create(**(values | given))


@pytest.mark.django_db
def test_a_topic_cannot_end_before_it_begins() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        topic(last_on=date(2026, 2, 1))


@pytest.mark.django_db
def test_a_merged_topic_names_its_heir() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        topic(state="merged")
    heir = topic()
    assert topic(state="merged", merged_into=heir).merged_into == heir


@pytest.mark.django_db
def test_a_rise_is_of_a_topic_or_of_a_kind() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Rise.objects.create(
            name="?",
            path=STREET,
            on=date(2026, 3, 1),
            level="notice",
            observed=3,
            expected=1,
            chance=0.01,
            created_at=timezone.now(),
        )


@pytest.mark.django_db
def test_the_database_shows_topics_of_the_connections_places_only() -> None:
    database.see_everything()
    mine, theirs = topic(), topic(path=OTHER)
    try:
        database.see(Scope(paths=(STREET,)))
        assert list(Topic.objects.values_list("pk", flat=True)) == [mine.pk]
        database.see_nothing()
        assert Topic.objects.count() == 0
    finally:
        database.see_everything()
    assert set(Topic.objects.values_list("pk", flat=True)) == {mine.pk, theirs.pk}
