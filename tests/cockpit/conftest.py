"""The small district with leaders, and days of facts written straight, so that each test knows every number."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.cases.conftest import (  # noqa: F401 - the fixture
    COMMUNITY,
    DISTRICT,
    NEIGHBOUR,
    OTHER_STREET,
    STREET,
    World,
    add_people,
    world,
)

from wangge.kernel.facts import registry
from wangge.kernel.facts.models import DailyFact, FactBuilt

LEADERS: dict[str, tuple[str, str, str | None]] = {
    "区委老刘": ("district_leader", DISTRICT, "command"),
    "街道书记": ("street_leader", STREET, "street"),
    "外街书记": ("street_leader", OTHER_STREET, "other_centre"),
    "社区书记": ("community_head", COMMUNITY, "community"),
    "住建局长": ("department_leader", "", "housing"),
    "系统小马": ("system_admin", DISTRICT, None),
}


@pytest.fixture
def town(world: World) -> World:  # noqa: F811
    add_people(world, LEADERS, letter="l", since=timezone.localdate() - timedelta(days=400))
    return world


def count(
    fact: str, day: date, value: int, *, path: str = COMMUNITY, office: int | None = None, kind: str = ""
) -> None:
    """So much of ``fact`` on ``day``."""
    DailyFact.objects.create(fact=fact, day=day, path=path, office_id=office, kind_code=kind, value=value)


def build(days: Iterable[date], *, at: datetime | None = None) -> None:
    """The days count as built, after they were over."""
    FactBuilt.objects.bulk_create(
        FactBuilt(day=day, fact=fact.code, built_at=at or timezone.now(), rows=0, definition=fact.definition)
        for day in days
        for fact in registry.facts()
    )


def weeks_before(day: date, number: int = 8) -> list[date]:
    return [day - timedelta(weeks=n) for n in range(1, number + 1)]


def yesterday() -> date:
    return timezone.localdate() - timedelta(days=1)


def figures(content: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["code"]: one for one in content["figures"]}
